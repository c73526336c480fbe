package dev.espalier.tensor.cpu;

import dev.espalier.tensor.*;
import dev.espalier.tensor.spi.*;
import dev.espalier.tensor.sparse.*;

/** Placeholder while the reference kernels are written. */
public class ScalarBackend implements Backend {
  @Override public String name() { return "scalar"; }
  @Override public Device device() { return Device.CPU; }
  @Override public void fill(Tensor out, double value) { throw new AssertionError(); }
  @Override public void copy(Tensor source, Tensor target) { throw new AssertionError(); }
  @Override public void unary(UnaryOp op, double p, Tensor x, Tensor out) { throw new AssertionError(); }
  @Override public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) { throw new AssertionError(); }
  @Override public void select(Tensor condition, Tensor a, Tensor b, Tensor out) { throw new AssertionError(); }
  @Override public void axpby(double alpha, Tensor x, double beta, Tensor y) { throw new AssertionError(); }
  @Override public void applyMask(long[] maskWords, Tensor x, Tensor out) { throw new AssertionError(); }
  @Override public void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) { throw new AssertionError(); }
  @Override public void argmax(Tensor x, Tensor out) { throw new AssertionError(); }
  @Override public void softmax(Tensor x, boolean log, Tensor out) { throw new AssertionError(); }
  @Override public void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) { throw new AssertionError(); }
  @Override public void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) { throw new AssertionError(); }
  @Override public void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) { throw new AssertionError(); }
  @Override public void conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) { throw new AssertionError(); }
  @Override public void conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) { throw new AssertionError(); }
  @Override public void maxPool2d(Tensor x, PoolSpec spec, Tensor out, Tensor indices) { throw new AssertionError(); }
  @Override public void maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) { throw new AssertionError(); }
  @Override public void maxPool2dGather(Tensor x, Tensor indices, Tensor out) { throw new AssertionError(); }
  @Override public void avgPool2d(Tensor x, PoolSpec spec, Tensor out) { throw new AssertionError(); }
  @Override public void avgPool2dGrad(Tensor dy, PoolSpec spec, Tensor dx) { throw new AssertionError(); }
  @Override public void channelStats(Tensor x, Tensor mean, Tensor variance) { throw new AssertionError(); }
  @Override public void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) { throw new AssertionError(); }
  @Override public void batchNormGrad(Tensor x, Tensor dy, Tensor gamma, Tensor mean, Tensor invStd, Tensor dx, Tensor dgamma, Tensor dbeta) { throw new AssertionError(); }
  @Override public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) { throw new AssertionError(); }
  @Override public void layerNormGrad(Tensor x, Tensor dy, Tensor gamma, Tensor mean, Tensor invStd, Tensor dx, Tensor dgamma, Tensor dbeta) { throw new AssertionError(); }
  @Override public void gatherRows(Tensor x, Tensor index, Tensor out) { throw new AssertionError(); }
  @Override public void scatterAddRows(Tensor source, Tensor index, Tensor out) { throw new AssertionError(); }
  @Override public void pick(Tensor x, Tensor index, Tensor out) { throw new AssertionError(); }
  @Override public void unpick(Tensor source, Tensor index, Tensor out) { throw new AssertionError(); }
  @Override public void random(Distribution distribution, double a, double b, long seed, long stream, long position, Tensor out) { throw new AssertionError(); }
  @Override public void spmm(CsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) { throw new AssertionError(); }
  @Override public void sddmm(CsrPattern pattern, Tensor a, Tensor b, Tensor out) { throw new AssertionError(); }
  @Override public void bsrSpmm(BsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) { throw new AssertionError(); }
  @Override public void bsrSddmm(BsrPattern pattern, Tensor a, Tensor b, Tensor out) { throw new AssertionError(); }
  @Override public void gatherElements(Tensor dense, int[] positions, Tensor values) { throw new AssertionError(); }
  @Override public void scatterElements(Tensor values, int[] positions, Tensor dense) { throw new AssertionError(); }
  @Override public void sgdStep(SgdStep step, Tensor w, Tensor grad, Tensor velocity) { throw new AssertionError(); }
  @Override public void adamStep(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) { throw new AssertionError(); }
}
