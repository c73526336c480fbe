package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.ScalarBackend;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Distribution;
import dev.espalier.tensor.spi.Epilogue;
import dev.espalier.tensor.spi.ReduceOp;
import dev.espalier.tensor.spi.SgdStep;
import dev.espalier.tensor.spi.UnaryOp;

/**
 * The kernels for machines with SIMD units, written with the Vector API and shared among the
 * threads of {@link dev.espalier.tensor.cpu.Workers}.
 *
 * <p>float32 is fast; other types and rare functions are the reference's ({@link ScalarBackend}).
 * Results depend on the vector width, never on the number of threads.
 */
public final class VectorBackend extends ScalarBackend {
  @Override
  public String name() {
    return "vector-" + Lanes.SHAPE.vectorBitSize();
  }

  /** Whether a tensor's kernels are here; the other operands have its type. */
  private static boolean isFast(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT32;
  }

  @Override
  public void fill(Tensor out, double value) {
    if (!isFast(out) || !out.isContiguous()) {
      super.fill(out, value);
    } else {
      VectorCopy.fill(out, (float) value);
    }
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    boolean floats = isFast(source) && isFast(target);
    if (!floats || !VectorCopy.copy(source, target)) {
      super.copy(source, target);
    }
  }

  @Override
  public void unary(UnaryOp op, double p, Tensor x, Tensor out) {
    MapLoop loop = isFast(out) ? UnaryLoops.of(op, p) : null;
    if (loop == null) {
      super.unary(op, p, x, out);
    } else {
      VectorElementwise.unary(loop, (float) p, 0, x, out);
    }
  }

  @Override
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    ZipLoop loop = isFast(out) ? BinaryLoops.of(op) : null;
    if (loop == null) {
      super.binary(op, a, b, out);
    } else {
      VectorElementwise.binary(loop, a, b, out);
    }
  }

  @Override
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    if (!isFast(out) || !VectorSelect.select(condition, a, b, out)) {
      super.select(condition, a, b, out);
    }
  }

  @Override
  public void axpby(double alpha, Tensor x, double beta, Tensor y) {
    if (!isFast(y)) {
      super.axpby(alpha, x, beta, y);
    } else {
      VectorElementwise.axpby((float) alpha, x, (float) beta, y);
    }
  }

  @Override
  public void applyMask(long[] maskWords, Tensor x, Tensor out) {
    if (!isFast(out)) {
      super.applyMask(maskWords, x, out);
    } else {
      MaskLoop.run(maskWords, x, out);
    }
  }

  @Override
  public void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) {
    if (!isFast(x)) {
      super.reduce(op, x, axes, out);
    } else {
      VectorReduce.reduce(op, x, axes, out);
    }
  }

  @Override
  public void argmax(Tensor x, Tensor out) {
    if (!isFast(x) || !x.isContiguous()) {
      super.argmax(x, out);
    } else {
      VectorReduce.argmax(x, out);
    }
  }

  @Override
  public void softmax(Tensor x, boolean log, Tensor out) {
    if (!isFast(x)) {
      super.softmax(x, log, out);
    } else {
      VectorSoftmax.softmax(x, log, out);
    }
  }

  @Override
  public void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) {
    if (!isFast(y)) {
      super.softmaxGrad(y, dy, log, dx);
    } else {
      VectorSoftmax.softmaxGrad(y, dy, log, dx);
    }
  }

  @Override
  public void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (!isFast(c)) {
      super.gemm(alpha, a, b, beta, c, epilogue);
    } else {
      TensorGemm.gemm(alpha, a, b, beta, c, epilogue);
    }
  }

  @Override
  public void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    if (!isFast(out)) {
      super.conv2d(x, w, bias, relu, spec, out);
    } else {
      TensorConvolution.forward(x, w, bias, relu, spec, out);
    }
  }

  @Override
  public void conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) {
    if (!isFast(dx)) {
      super.conv2dGradInput(dy, w, spec, dx);
    } else {
      TensorConvolution.gradInput(dy, w, spec, dx);
    }
  }

  @Override
  public void conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) {
    if (!isFast(dw)) {
      super.conv2dGradWeight(x, dy, spec, dw);
    } else {
      TensorConvolution.gradWeight(x, dy, spec, dw);
    }
  }

  @Override
  public void maxPool2d(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    if (!isFast(x) || !x.isContiguous()) {
      super.maxPool2d(x, spec, out, indices);
    } else {
      VectorPool.max(x, spec, out, indices);
    }
  }

  @Override
  public void maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    if (!isFast(dy) || !dy.isContiguous() || !indices.isContiguous()) {
      super.maxPool2dGrad(dy, indices, spec, dx);
    } else {
      PoolGrad.max(dy, indices, spec, dx);
    }
  }

  @Override
  public void maxPool2dGather(Tensor x, Tensor indices, Tensor out) {
    if (!isFast(x) || !x.isContiguous() || !indices.isContiguous()) {
      super.maxPool2dGather(x, indices, out);
    } else {
      PoolGrad.maxGather(x, indices, out);
    }
  }

  @Override
  public void avgPool2d(Tensor x, PoolSpec spec, Tensor out) {
    if (!isFast(x) || !x.isContiguous()) {
      super.avgPool2d(x, spec, out);
    } else {
      VectorPool.average(x, spec, out);
    }
  }

  @Override
  public void avgPool2dGrad(Tensor dy, PoolSpec spec, Tensor dx) {
    if (!isFast(dy) || !dy.isContiguous()) {
      super.avgPool2dGrad(dy, spec, dx);
    } else {
      PoolGrad.average(dy, spec, dx);
    }
  }

  @Override
  public void channelStats(Tensor x, Tensor mean, Tensor variance) {
    if (!isFast(x)) {
      super.channelStats(x, mean, variance);
    } else {
      VectorNorm.channelStats(x, mean, variance);
    }
  }

  @Override
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    if (!isFast(x)) {
      super.channelAffine(x, scale, shift, relu, out);
    } else {
      VectorNorm.channelAffine(x, scale, shift, relu, out);
    }
  }

  @Override
  public void batchNormGrad(
      Tensor x,
      Tensor dy,
      Tensor y,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    if (!isFast(x)) {
      super.batchNormGrad(x, dy, y, gamma, mean, invStd, dx, dgamma, dbeta);
    } else {
      VectorNorm.batchNormGrad(x, dy, y, gamma, mean, invStd, dx, dgamma, dbeta);
    }
  }

  @Override
  public void layerNorm(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    if (!isFast(x)) {
      super.layerNorm(x, gamma, beta, eps, out, mean, invStd);
    } else {
      VectorLayerNorm.forward(x, gamma, beta, eps, out, mean, invStd);
    }
  }

  @Override
  public void layerNormGrad(
      Tensor x,
      Tensor dy,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    if (!isFast(x)) {
      super.layerNormGrad(x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
    } else {
      VectorLayerNorm.grad(x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
    }
  }

  @Override
  public void sgdStep(SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    if (!isFast(w)) {
      super.sgdStep(step, w, grad, velocity);
    } else {
      VectorOptim.sgd(step, w, grad, velocity);
    }
  }

  @Override
  public void sgdStepAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    if (!isFast(w)) {
      super.sgdStepAt(positions, step, w, grad, velocity);
    } else {
      VectorOptim.sgdAt(positions, step, w, grad, velocity);
    }
  }

  @Override
  public void adamStepAt(
      int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    if (!isFast(w)) {
      super.adamStepAt(positions, step, w, grad, m, v);
    } else {
      VectorOptim.adamAt(positions, step, w, grad, m, v);
    }
  }

  @Override
  public void adamStep(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    if (!isFast(w)) {
      super.adamStep(step, w, grad, m, v);
    } else {
      VectorOptim.adam(step, w, grad, m, v);
    }
  }

  @Override
  public void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (!isFast(c)) {
      super.spmm(pattern, values, b, beta, c, epilogue);
    } else {
      VectorSparse.spmm(pattern, values, b, beta, c, epilogue);
    }
  }

  @Override
  public void spmmPacked(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    VectorSparse.packed(a, b, c, epilogue);
  }

  @Override
  public void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out) {
    if (!isFast(out)) {
      super.sddmm(pattern, a, b, out);
    } else {
      VectorSparse.sddmm(pattern, a, b, out);
    }
  }

  @Override
  public void sparseConv2d(
      SparsePattern pattern,
      Tensor values,
      Shape weight,
      Tensor x,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    if (!isFast(out)) {
      super.sparseConv2d(pattern, values, weight, x, bias, relu, spec, out);
    } else {
      SparseConvolution.forward(pattern, values, weight, x, bias, relu, spec, out);
    }
  }

  @Override
  public void sparseConv2dGradInput(
      SparsePattern pattern, Tensor values, Shape weight, Tensor dy, ConvSpec spec, Tensor dx) {
    if (!isFast(dx)) {
      super.sparseConv2dGradInput(pattern, values, weight, dy, spec, dx);
    } else {
      SparseConvolution.gradInput(pattern, values, weight, dy, spec, dx);
    }
  }

  @Override
  public void sparseConv2dGradWeight(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues) {
    if (!isFast(dvalues)) {
      super.sparseConv2dGradWeight(pattern, weight, x, dy, spec, dvalues);
    } else {
      SparseConvolution.gradWeight(pattern, weight, x, dy, spec, dvalues);
    }
  }

  @Override
  public void gatherRows(Tensor x, Tensor index, Tensor out) {
    if (x.stride(1) != 1) {
      super.gatherRows(x, index, out);
    } else {
      VectorIndexing.gatherRows(x, index, out);
    }
  }

  @Override
  public void scatterAddRows(Tensor source, Tensor index, Tensor out) {
    if (!isFast(out) || source.stride(1) != 1) {
      super.scatterAddRows(source, index, out);
    } else {
      VectorIndexing.scatterAddRows(source, index, out);
    }
  }

  @Override
  public void gatherElements(Tensor dense, int[] positions, Tensor values) {
    if (!isFast(values)) {
      super.gatherElements(dense, positions, values);
    } else {
      VectorIndexing.gatherElements(dense, positions, values);
    }
  }

  @Override
  public void scatterElements(Tensor values, int[] positions, Tensor dense) {
    if (!isFast(dense)) {
      super.scatterElements(values, positions, dense);
    } else {
      VectorIndexing.scatterElements(values, positions, dense);
    }
  }

  @Override
  public void random(
      Distribution distribution,
      double a,
      double b,
      long seed,
      long stream,
      long position,
      Tensor out) {
    VectorRandom.inParts(
        position, out, (from, part) -> super.random(distribution, a, b, seed, stream, from, part));
  }
}
