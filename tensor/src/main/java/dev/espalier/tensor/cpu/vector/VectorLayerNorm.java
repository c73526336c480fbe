package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.ReduceOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Layer normalisation over the last axis of contiguous float32 [R, D]; rows are shared among
 * threads.
 */
final class VectorLayerNorm {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** {@code (x - p) q}. */
  private static final MapLoop STANDARDISE = MapLoop.of((x, p, q) -> x.sub(p).mul(q));

  /** {@code p a b}. */
  private static final ZipLoop SCALED_PRODUCT = ZipLoop.of((a, b, p, _) -> a.mul(p).mul(b));

  private VectorLayerNorm() {}

  static void forward(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    int width = x.dim(1);
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    MemorySegment means = mean.segment();
    MemorySegment inverses = invStd.segment();
    try (Tensor denseGamma = gamma.contiguous();
        Tensor denseBeta = beta.contiguous()) {
      MemorySegment gammas = denseGamma.segment();
      MemorySegment betas = denseBeta.segment();
      Parallel.rows(
          x.dim(0),
          width,
          (first, last) -> {
            for (long r = first; r < last; r++) {
              long at = r * width * Float.BYTES;
              float center = (float) (Dot.sum(from, at, width) / width);
              Loops.SHIFT.run(from, at, -center, 0, to, at, width);
              double variance = Dot.product(to, at, to, at, width) / width;
              float inverse = (float) (1 / Math.sqrt(variance + eps));
              SCALED_PRODUCT.run(to, at, gammas, 0, inverse, 0, to, at, width);
              Loops.ADD.run(to, at, betas, 0, 0, 0, to, at, width);
              means.setAtIndex(FLOAT, r, center);
              inverses.setAtIndex(FLOAT, r, inverse);
            }
          });
    }
  }

  static void grad(
      Tensor x,
      Tensor dy,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    int width = x.dim(1);
    float[] means = mean.toFloatArray();
    float[] inverses = invStd.toFloatArray();
    MemorySegment inputs = x.segment();
    MemorySegment gradients = dy.segment();
    MemorySegment to = dx.segment();
    try (Tensor normalised = Tensor.empty(DType.FLOAT32, x.shape());
        Tensor denseGamma = gamma.contiguous()) {
      MemorySegment units = normalised.segment();
      MemorySegment gammas = denseGamma.segment();
      Parallel.rows(
          x.dim(0),
          width,
          (first, last) -> {
            for (int r = (int) first; r < last; r++) {
              long at = (long) r * width * Float.BYTES;
              float inverse = inverses[r];
              STANDARDISE.run(inputs, at, means[r], inverse, units, at, width);
              Loops.MULTIPLY.run(gradients, at, gammas, 0, 0, 0, to, at, width);
              double sum = Dot.sum(to, at, width) / width;
              double product = Dot.product(to, at, units, at, width) / width;
              Loops.ADD_SCALED.run(to, at, units, at, (float) -product, 0, to, at, width);
              Loops.AFFINE.run(to, at, inverse, (float) (-sum * inverse), to, at, width);
              Loops.MULTIPLY.run(gradients, at, units, at, 0, 0, units, at, width);
            }
          });
      VectorReduce.reduce(ReduceOp.SUM, normalised, new boolean[] {true, false}, dgamma);
    }
    VectorReduce.reduce(ReduceOp.SUM, dy, new boolean[] {true, false}, dbeta);
  }
}
