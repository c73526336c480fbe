package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import dev.espalier.tensor.spi.ReduceOp;
import java.util.Arrays;

/**
 * Reductions. Neighbouring outputs are lanes that advance together over the reduced elements, so
 * memory is read along whichever of the two runs contiguously. Sums take {@value #CHUNK} elements
 * at a time and join those partial sums pairwise; the split depends on shape and strides alone.
 */
final class ScalarReduce {
  private static final int LANES = 128;
  private static final int CHUNK = 128;

  private final ReduceOp op;
  private final boolean sums;
  private final Cells from;
  private final StridedLoop reduced;
  private final double[] block = new double[Math.max(LANES, CHUNK)];
  private final double[] accumulator = new double[LANES];
  private final PairwiseSum single = new PairwiseSum(1);
  private int pending;

  private ScalarReduce(ReduceOp op, Cells from, StridedLoop reduced) {
    this.op = op;
    this.sums = op != ReduceOp.MAX && op != ReduceOp.MIN;
    this.from = from;
    this.reduced = reduced;
  }

  static void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) {
    int[] kept = x.shape().toArray();
    int[] folded = x.shape().toArray();
    for (int axis = 0; axis < axes.length; axis++) {
      (axes[axis] ? kept : folded)[axis] = 1;
    }
    StridedLoop outputs = StridedLoop.over(kept, x.strides(), out.strides());
    StridedLoop reduced = StridedLoop.over(folded, x.strides());
    var kernel = new ScalarReduce(op, Cells.of(x), reduced);
    Cells to = Cells.of(out);
    boolean alongRows =
        x.size() == 0
            || reduced.innerStride(0) <= outputs.innerStride(0)
            || outputs.innerStride(0) == 0;
    double[] result = new double[LANES];
    outputs.forEachRow(
        LANES,
        (starts, lanes) -> {
          if (alongRows) {
            for (int lane = 0; lane < lanes; lane++) {
              result[lane] = kernel.alongRows(starts[0] + lane * outputs.innerStride(0));
            }
          } else {
            kernel.acrossRows(starts[0], outputs.innerStride(0), lanes, result);
          }
          to.write(starts[1], outputs.innerStride(1), lanes, result, 0);
        });
  }

  /** One output: reads the reduced elements row by row. */
  private double alongRows(long start) {
    accumulator[0] = initial();
    reduced.forEachRow(
        CHUNK,
        (starts, n) -> {
          from.read(start + starts[0], reduced.innerStride(0), n, block, 0);
          double value = accumulator[0];
          for (int i = 0; i < n; i++) {
            value = fold(value, block[i]);
          }
          accumulator[0] = value;
          if (sums) {
            single.add(accumulator);
          }
        });
    if (sums) {
      single.finish(accumulator);
    }
    return accumulator[0];
  }

  /** Neighbouring outputs together: reads one reduced element of each at a time. */
  private void acrossRows(long start, long stride, int lanes, double[] result) {
    var tree = new PairwiseSum(lanes);
    Arrays.fill(accumulator, 0, lanes, initial());
    pending = 0;
    long step = reduced.innerStride(0);
    reduced.forEachRow(
        Integer.MAX_VALUE,
        (starts, n) -> {
          for (int row = 0; row < n; row++) {
            from.read(start + starts[0] + row * step, stride, lanes, block, 0);
            for (int lane = 0; lane < lanes; lane++) {
              accumulator[lane] = fold(accumulator[lane], block[lane]);
            }
            if (sums && ++pending == CHUNK) {
              tree.add(accumulator);
              pending = 0;
            }
          }
        });
    if (sums) {
      tree.add(accumulator);
      tree.finish(result);
    } else {
      System.arraycopy(accumulator, 0, result, 0, lanes);
    }
  }

  private double initial() {
    return switch (op) {
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
      case SUM, SUM_ABS, SUM_SQUARES -> 0;
    };
  }

  private double fold(double so, double next) {
    return switch (op) {
      case SUM -> so + next;
      case MAX -> Math.max(so, next);
      case MIN -> Math.min(so, next);
      case SUM_ABS -> so + Math.abs(next);
      case SUM_SQUARES -> so + next * next;
    };
  }

  static void argmax(Tensor x, Tensor out) {
    int last = x.rank() - 1;
    int extent = x.dim(last);
    long step = x.stride(last);
    int[] outer = Arrays.copyOf(x.shape().toArray(), last);
    StridedLoop loop =
        StridedLoop.over(
            outer, Arrays.copyOf(x.strides(), last), Arrays.copyOf(out.strides(), last));
    Cells from = Cells.of(x);
    var to = out.segment();
    loop.forEachRow(
        Integer.MAX_VALUE,
        (starts, n) -> {
          for (int i = 0; i < n; i++) {
            long best = firstLargest(from, starts[0] + i * loop.innerStride(0), step, extent);
            to.setAtIndex(Elements.LONG, starts[1] + i * loop.innerStride(1), best);
          }
        });
  }

  private static long firstLargest(Cells from, long start, long step, int extent) {
    long best = 0;
    double largest = from.get(start);
    for (int i = 1; i < extent && !Double.isNaN(largest); i++) {
      double value = from.get(start + i * step);
      if (value > largest || Double.isNaN(value)) {
        largest = value;
        best = i;
      }
    }
    return best;
  }
}
