package dev.espalier.tensor.cpu;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Distribution;
import dev.espalier.tensor.spi.Epilogue;
import dev.espalier.tensor.spi.ReduceOp;
import dev.espalier.tensor.spi.SgdStep;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.function.BiConsumer;

/**
 * The reference kernels: plain loops on one thread that accumulate in double and round once to the
 * operands' type.
 *
 * <p>Every other backend is tested against this one, and it runs where the Vector API is absent. A
 * faster backend extends it and overrides what it does better.
 */
public class ScalarBackend implements Backend {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public void fill(Tensor out, double value) {
    ScalarMove.fill(out, value);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    ScalarMove.copy(source, target);
  }

  @Override
  public void unary(UnaryOp op, double p, Tensor x, Tensor out) {
    ScalarElementwise.unary(op, p, x, out);
  }

  @Override
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    ScalarElementwise.binary(op, a, b, out);
  }

  @Override
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    ScalarMove.select(condition, a, b, out);
  }

  @Override
  public void axpby(double alpha, Tensor x, double beta, Tensor y) {
    ScalarElementwise.axpby(alpha, x, beta, y);
  }

  @Override
  public void applyMask(long[] maskWords, Tensor x, Tensor out) {
    ScalarElementwise.applyMask(maskWords, x, out);
  }

  @Override
  public void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) {
    ScalarReduce.reduce(op, x, axes, out);
  }

  @Override
  public void argmax(Tensor x, Tensor out) {
    ScalarReduce.argmax(x, out);
  }

  @Override
  public void softmax(Tensor x, boolean log, Tensor out) {
    ScalarSoftmax.softmax(x, log, out);
  }

  @Override
  public void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) {
    ScalarSoftmax.softmaxGrad(y, dy, log, dx);
  }

  @Override
  public void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    ScalarGemm.gemm(alpha, a, b, beta, c, epilogue);
  }

  @Override
  public void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    ScalarConv.forward(x, w, w.shape(), null, bias, relu, spec, out);
  }

  @Override
  public void conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) {
    ScalarConv.gradInput(dy, w, w.shape(), null, spec, dx);
  }

  @Override
  public void conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) {
    ScalarConv.gradWeight(x, dy, dw.shape(), null, spec, dw);
  }

  @Override
  public void maxPool2d(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    ScalarPool.max(x, spec, out, indices);
  }

  @Override
  public void maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    ScalarPool.maxGrad(dy, indices, spec, dx);
  }

  @Override
  public void maxPool2dGather(Tensor x, Tensor indices, Tensor out) {
    ScalarPool.maxGather(x, indices, out);
  }

  @Override
  public void avgPool2d(Tensor x, PoolSpec spec, Tensor out) {
    ScalarPool.average(x, spec, out);
  }

  @Override
  public void avgPool2dGrad(Tensor dy, PoolSpec spec, Tensor dx) {
    ScalarPool.averageGrad(dy, spec, dx);
  }

  @Override
  public void channelStats(Tensor x, Tensor mean, Tensor variance) {
    ScalarNorm.channelStats(x, mean, variance);
  }

  @Override
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    ScalarNorm.channelAffine(x, scale, shift, relu, out);
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
    ScalarNorm.batchNormGrad(x, dy, y, gamma, mean, invStd, dx, dgamma, dbeta);
  }

  @Override
  public void layerNorm(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    ScalarLayerNorm.forward(x, gamma, beta, eps, out, mean, invStd);
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
    ScalarLayerNorm.grad(x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
  }

  @Override
  public void gatherRows(Tensor x, Tensor index, Tensor out) {
    ScalarIndexing.gatherRows(x, index, out);
  }

  @Override
  public void scatterAddRows(Tensor source, Tensor index, Tensor out) {
    ScalarIndexing.scatterAddRows(source, index, out);
  }

  @Override
  public void pick(Tensor x, Tensor index, Tensor out) {
    ScalarIndexing.pick(x, index, out);
  }

  @Override
  public void unpick(Tensor source, Tensor index, Tensor out) {
    ScalarIndexing.unpick(source, index, out);
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
    ScalarRandom.random(distribution, a, b, seed, stream, position, out);
  }

  @Override
  public void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    untransposed(
        b, c, (rows, out) -> ScalarSparse.spmm(pattern, values, rows, beta, out, epilogue));
  }

  @Override
  public void spmmPacked(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    untransposed(b, c, (rows, out) -> ScalarSparse.spmmPacked(a, rows, out, epilogue));
  }

  @Override
  public void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out) {
    ScalarSparse.sddmm(pattern, a, b, out);
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
    ScalarConv.forward(x, values, weight, pattern.flatPositions(), bias, relu, spec, out);
  }

  @Override
  public void sparseConv2dGradInput(
      SparsePattern pattern, Tensor values, Shape weight, Tensor dy, ConvSpec spec, Tensor dx) {
    ScalarConv.gradInput(dy, values, weight, pattern.flatPositions(), spec, dx);
  }

  @Override
  public void sparseConv2dGradWeight(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues) {
    ScalarConv.gradWeight(x, dy, weight, pattern.flatPositions(), spec, dvalues);
  }

  /** Runs a product on copies of transposed operands. */
  private void untransposed(Tensor b, Tensor c, BiConsumer<Tensor, Tensor> product) {
    boolean transposed = b.dim(1) > 1 && b.stride(1) != 1;
    try (Tensor rows = transposed ? Tensor.empty(b.dtype(), b.shape()) : b.alias();
        Tensor out = c.isContiguous() ? c.alias() : Tensor.empty(c.dtype(), c.shape())) {
      if (transposed) {
        copy(b, rows);
      }
      product.accept(rows, out);
      if (!c.isContiguous()) {
        copy(out, c);
      }
    }
  }

  @Override
  public void gatherElements(Tensor dense, int[] positions, Tensor values) {
    ScalarIndexing.gatherElements(dense, positions, values);
  }

  @Override
  public void scatterElements(Tensor values, int[] positions, Tensor dense) {
    ScalarIndexing.scatterElements(values, positions, dense);
  }

  @Override
  public void sgdStep(SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    ScalarOptim.sgd(step, w, grad, velocity);
  }

  @Override
  public void sgdStepAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    ScalarOptim.sgdAt(positions, step, w, grad, velocity);
  }

  @Override
  public void adamStepAt(
      int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    ScalarOptim.adamAt(positions, step, w, grad, m, v);
  }

  @Override
  public void adamStep(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    ScalarOptim.adam(step, w, grad, m, v);
  }
}
