package dev.espalier.cuda;

import dev.espalier.cuda.context.CrossoverTables;
import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.ops.Convolution;
import dev.espalier.cuda.ops.Elementwise;
import dev.espalier.cuda.ops.Gemm;
import dev.espalier.cuda.ops.Indexing;
import dev.espalier.cuda.ops.Movement;
import dev.espalier.cuda.ops.Normalization;
import dev.espalier.cuda.ops.OptimizerSteps;
import dev.espalier.cuda.ops.Pooling;
import dev.espalier.cuda.ops.RandomNumbers;
import dev.espalier.cuda.ops.Reductions;
import dev.espalier.cuda.ops.Softmax;
import dev.espalier.cuda.ops.SparseConvolution;
import dev.espalier.cuda.ops.SparseProducts;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Buffer;
import dev.espalier.tensor.spi.Distribution;
import dev.espalier.tensor.spi.Epilogue;
import dev.espalier.tensor.spi.ReduceOp;
import dev.espalier.tensor.spi.SgdStep;
import dev.espalier.tensor.spi.UnaryOp;

/**
 * The kernels of a CUDA device: every operation belongs to one family, which launches it.
 *
 * <p>Operations are issued to the calling thread's stream and not waited for. Results do not depend
 * on the number of threads, and the same inputs give the same bits.
 */
public final class CudaBackend implements Backend, AutoCloseable {
  private final DeviceContext context;
  private final CrossoverTables crossovers;
  private final Movement movement;
  private final Elementwise elementwise;
  private final Reductions reductions;
  private final Softmax softmax;
  private final Gemm gemm;
  private final Convolution convolution;
  private final Pooling pooling;
  private final Normalization normalization;
  private final Indexing indexing;
  private final RandomNumbers randomNumbers;
  private final SparseProducts sparseProducts;
  private final SparseConvolution sparseConvolution;
  private final OptimizerSteps optimizerSteps;

  /** Takes a context, which it closes in the end, and the library's crossover tables. */
  public CudaBackend(DeviceContext context) {
    this(context, CrossoverTables.library());
  }

  /**
   * Takes a context, which it closes in the end.
   *
   * @param crossovers which choose between sparse and dense kernels for masked weights
   */
  public CudaBackend(DeviceContext context, CrossoverTables crossovers) {
    this.context = context;
    this.crossovers = crossovers;
    movement = new Movement(context);
    elementwise = new Elementwise(context);
    reductions = new Reductions(context);
    softmax = new Softmax(context);
    gemm = new Gemm(context);
    convolution = new Convolution(context);
    pooling = new Pooling(context);
    normalization = new Normalization(context);
    indexing = new Indexing(context);
    randomNumbers = new RandomNumbers(context);
    sparseProducts = new SparseProducts(context);
    sparseConvolution = new SparseConvolution(context);
    optimizerSteps = new OptimizerSteps(context);
  }

  /** The device, for what the backend has no operation for: captures, memory figures, waiting. */
  public DeviceContext context() {
    return context;
  }

  @Override
  public String name() {
    return "cuda on " + context.properties().name();
  }

  @Override
  public Device device() {
    return context.device();
  }

  @Override
  public Crossover crossover() {
    return crossovers.current();
  }

  @Override
  public void synchronize() {
    context.synchronize();
  }

  @Override
  public Buffer allocate(long bytes, DType dtype, Shape shape) {
    return context.allocate(bytes, dtype, shape);
  }

  @Override
  public void transfer(Tensor source, Tensor target) {
    context.transfer(source, target);
  }

  @Override
  public void fill(Tensor out, double value) {
    movement.fill(out, value);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    movement.copy(source, target);
  }

  @Override
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    movement.select(condition, a, b, out);
  }

  @Override
  public void unary(UnaryOp op, double p, Tensor x, Tensor out) {
    elementwise.unary(op, p, x, out);
  }

  @Override
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    elementwise.binary(op, a, b, out);
  }

  @Override
  public void axpby(double alpha, Tensor x, double beta, Tensor y) {
    elementwise.axpby(alpha, x, beta, y);
  }

  @Override
  public void applyMask(long[] maskWords, Tensor x, Tensor out) {
    elementwise.applyMask(maskWords, x, out);
  }

  @Override
  public void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) {
    reductions.reduce(op, x, axes, out);
  }

  @Override
  public void argmax(Tensor x, Tensor out) {
    reductions.argmax(x, out);
  }

  @Override
  public void softmax(Tensor x, boolean log, Tensor out) {
    softmax.softmax(x, log, out);
  }

  @Override
  public void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) {
    softmax.softmaxGrad(y, dy, log, dx);
  }

  @Override
  public void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    gemm.gemm(alpha, a, b, beta, c, epilogue);
  }

  @Override
  public void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    convolution.conv2d(x, w, bias, relu, spec, out);
  }

  @Override
  public void conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) {
    convolution.conv2dGradInput(dy, w, spec, dx);
  }

  @Override
  public void conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) {
    convolution.conv2dGradWeight(x, dy, spec, dw);
  }

  @Override
  public void maxPool2d(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    pooling.maxPool2d(x, spec, out, indices);
  }

  @Override
  public void maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    pooling.maxPool2dGrad(dy, indices, spec, dx);
  }

  @Override
  public void maxPool2dGather(Tensor x, Tensor indices, Tensor out) {
    pooling.maxPool2dGather(x, indices, out);
  }

  @Override
  public void avgPool2d(Tensor x, PoolSpec spec, Tensor out) {
    pooling.avgPool2d(x, spec, out);
  }

  @Override
  public void avgPool2dGrad(Tensor dy, PoolSpec spec, Tensor dx) {
    pooling.avgPool2dGrad(dy, spec, dx);
  }

  @Override
  public void channelStats(Tensor x, Tensor mean, Tensor variance) {
    normalization.channelStats(x, mean, variance);
  }

  @Override
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    normalization.channelAffine(x, scale, shift, relu, out);
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
    normalization.batchNormGrad(x, dy, y, gamma, mean, invStd, dx, dgamma, dbeta);
  }

  @Override
  public void layerNorm(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    normalization.layerNorm(x, gamma, beta, eps, out, mean, invStd);
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
    normalization.layerNormGrad(x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
  }

  @Override
  public void gatherRows(Tensor x, Tensor index, Tensor out) {
    indexing.gatherRows(x, index, out);
  }

  @Override
  public void scatterAddRows(Tensor source, Tensor index, Tensor out) {
    indexing.scatterAddRows(source, index, out);
  }

  @Override
  public void pick(Tensor x, Tensor index, Tensor out) {
    indexing.pick(x, index, out);
  }

  @Override
  public void unpick(Tensor source, Tensor index, Tensor out) {
    indexing.unpick(source, index, out);
  }

  @Override
  public void gatherElements(Tensor dense, int[] positions, Tensor values) {
    indexing.gatherElements(dense, positions, values);
  }

  @Override
  public void scatterElements(Tensor values, int[] positions, Tensor dense) {
    indexing.scatterElements(values, positions, dense);
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
    randomNumbers.random(distribution, a, b, seed, stream, position, out);
  }

  @Override
  public void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    sparseProducts.spmm(pattern, values, b, beta, c, epilogue);
  }

  @Override
  public void spmmPacked(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    sparseProducts.spmmPacked(a, b, c, epilogue);
  }

  @Override
  public void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out) {
    sparseProducts.sddmm(pattern, a, b, out);
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
    sparseConvolution.sparseConv2d(pattern, values, weight, x, bias, relu, spec, out);
  }

  @Override
  public void sparseConv2dGradInput(
      SparsePattern pattern, Tensor values, Shape weight, Tensor dy, ConvSpec spec, Tensor dx) {
    sparseConvolution.sparseConv2dGradInput(pattern, values, weight, dy, spec, dx);
  }

  @Override
  public void sparseConv2dGradWeight(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues) {
    sparseConvolution.sparseConv2dGradWeight(pattern, weight, x, dy, spec, dvalues);
  }

  @Override
  public void sgdStep(SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    optimizerSteps.sgdStep(step, w, grad, velocity);
  }

  @Override
  public void sgdStepAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    optimizerSteps.sgdStepAt(positions, step, w, grad, velocity);
  }

  @Override
  public void adamStep(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    optimizerSteps.adamStep(step, w, grad, m, v);
  }

  @Override
  public void adamStepAt(
      int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    optimizerSteps.adamStepAt(positions, step, w, grad, m, v);
  }

  @Override
  public void close() {
    context.close();
  }
}
