package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.ReduceOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@link VectorNorm} for planes shorter than two vectors: [N, C, S] is taken as N rows of C S
 * columns, and a channel's parameter is repeated S times.
 */
final class ColumnNorm {
  private final int batch;
  private final int channels;
  private final int spatial;
  private final int width;

  private ColumnNorm(Tensor x) {
    this.batch = x.dim(0);
    this.channels = x.dim(1);
    this.spatial = (int) (x.size() / Math.max(1, (long) batch * channels));
    this.width = Math.multiplyExact(channels, spatial);
  }

  static void channelStats(Tensor x, Tensor mean, Tensor variance) {
    var norm = new ColumnNorm(x);
    MemorySegment from = x.segment();
    norm.sum(ReduceOp.SUM, x, mean);
    norm.divideByCount(mean);
    try (Tensor centered = Tensor.empty(DType.FLOAT32, x.shape());
        Tensor means = norm.repeated(mean.toFloatArray())) {
      MemorySegment to = centered.segment();
      MemorySegment center = means.segment();
      norm.forEachBlock((at, j, n) -> Loops.SUBTRACT.run(from, at, center, j, 0, 0, to, at, n));
      norm.sum(ReduceOp.SUM_SQUARES, centered, variance);
    }
    norm.divideByCount(variance);
  }

  static void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    var norm = new ColumnNorm(x);
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    ZipLoop last = relu ? BinaryLoops.of(BinaryOp.ADD_RELU) : Loops.ADD;
    try (Tensor scales = norm.repeated(scale.toFloatArray());
        Tensor shifts = norm.repeated(shift.toFloatArray())) {
      MemorySegment factor = scales.segment();
      MemorySegment addend = shifts.segment();
      norm.forEachBlock(
          (at, j, n) -> {
            Loops.MULTIPLY.run(from, at, factor, j, 0, 0, to, at, n);
            last.run(to, at, addend, j, 0, 0, to, at, n);
          });
    }
  }

  static void batchNormGrad(
      Tensor x,
      Tensor dy,
      Tensor y,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    if (y != null) {
      try (Tensor passed = Tensor.empty(DType.FLOAT32, x.shape())) {
        VectorElementwise.binary(BinaryLoops.of(BinaryOp.RELU_GRAD), dy, y, passed);
        batchNormGrad(x, passed, null, gamma, mean, invStd, dx, dgamma, dbeta);
      }
      return;
    }
    var norm = new ColumnNorm(x);
    MemorySegment inputs = x.segment();
    MemorySegment gradients = dy.segment();
    MemorySegment to = dx.segment();
    try (Tensor centered = Tensor.empty(DType.FLOAT32, x.shape());
        Tensor means = norm.repeated(mean.toFloatArray())) {
      MemorySegment center = means.segment();
      MemorySegment deviation = centered.segment();
      norm.forEachBlock(
          (at, j, n) -> {
            Loops.SUBTRACT.run(inputs, at, center, j, 0, 0, deviation, at, n);
            Loops.MULTIPLY.run(gradients, at, deviation, at, 0, 0, to, at, n);
          });
      norm.sum(ReduceOp.SUM, dy, dbeta);
      norm.sum(ReduceOp.SUM, dx, dgamma);
      norm.inputGradient(
          gamma.toFloatArray(), invStd.toFloatArray(), dgamma, dbeta, gradients, deviation, to);
    }
  }

  /**
   * {@code dx = factor (dy - (dbeta + (x - mean) invStd dgamma) / count)}.
   *
   * @param dgamma holds {@code Σ dy (x - mean)} and is multiplied by invStd here
   */
  private void inputGradient(
      float[] gamma,
      float[] invStd,
      Tensor dgamma,
      Tensor dbeta,
      MemorySegment dy,
      MemorySegment deviation,
      MemorySegment dx) {
    float[] tilt = dgamma.toFloatArray();
    float[] shift = dbeta.toFloatArray();
    float[] factor = new float[channels];
    double count = (double) batch * spatial;
    for (int c = 0; c < channels; c++) {
      factor[c] = gamma[c] * invStd[c];
      float dotInverse = tilt[c] * invStd[c];
      dgamma.segment().setAtIndex(ValueLayout.JAVA_FLOAT, c, dotInverse);
      tilt[c] = (float) (-factor[c] * dotInverse * invStd[c] / count);
      shift[c] = (float) (-factor[c] * shift[c] / count);
    }
    try (Tensor factors = repeated(factor);
        Tensor tilts = repeated(tilt);
        Tensor shifts = repeated(shift)) {
      MemorySegment scale = factors.segment();
      MemorySegment slope = tilts.segment();
      MemorySegment level = shifts.segment();
      forEachBlock(
          (at, j, n) -> {
            MemorySegment line = Block.PASSES.own();
            Loops.MULTIPLY.run(deviation, at, slope, j, 0, 0, line, 0, n);
            Loops.ADD.run(line, 0, level, j, 0, 0, line, 0, n);
            Loops.MULTIPLY.run(dy, at, scale, j, 0, 0, dx, at, n);
            Loops.ADD.run(dx, at, line, 0, 0, 0, dx, at, n);
          });
    }
  }

  private interface Piece {
    /** Offsets in bytes: of the piece in the tensor, and of its columns in a row. */
    void visit(long offset, long column, long n);
  }

  private void forEachBlock(Piece piece) {
    Parallel.rows(
        batch,
        width,
        (first, last) -> {
          for (long row = first; row < last; row++) {
            for (long at = 0; at < width; at += Block.LENGTH) {
              long offset = (row * width + at) * Float.BYTES;
              piece.visit(offset, at * Float.BYTES, Math.min(Block.LENGTH, width - at));
            }
          }
        });
  }

  /** Per channel, over batch and plane. */
  private void sum(ReduceOp op, Tensor x, Tensor out) {
    try (Tensor planes = x.reshape(batch, channels, spatial)) {
      VectorReduce.reduce(op, planes, new boolean[] {true, false, true}, out);
    }
  }

  private void divideByCount(Tensor sums) {
    float factor = (float) (1 / ((double) batch * spatial));
    Loops.SCALE.run(sums.segment(), 0, factor, 0, sums.segment(), 0, channels);
  }

  /** One value per column. */
  private Tensor repeated(float[] perChannel) {
    Tensor columns = Tensor.empty(DType.FLOAT32, Shape.of(width));
    MemorySegment to = columns.segment();
    for (int c = 0; c < channels; c++) {
      VectorFill.floats(to, (long) c * spatial * Float.BYTES, spatial, perChannel[c]);
    }
    return columns;
  }
}
