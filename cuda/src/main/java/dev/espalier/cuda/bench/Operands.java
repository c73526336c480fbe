package dev.espalier.cuda.bench;

import dev.espalier.tensor.sparse.SparsePattern;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The operands of a case on the host, fresh for each case.
 *
 * @param weight dense, zero where nothing is stored
 * @param x the input; null if the pass does not read it
 * @param y the output's gradient; null if the pass does not read it
 * @param weights how many are stored
 * @param positions of the stored weights, row-major; null for a dense weight
 */
record Operands(float[] weight, float[] x, float[] y, long weights, int[] positions) {
  private static final int CHUNK = 1 << 16;

  static Operands draw(Case what, long seed) {
    Layer layer = what.layer();
    Pass pass = what.pass();
    float[] weight = uniform((long) layer.rows() * layer.columns(), seed + 1);
    SparsePattern pattern =
        what.format().draw(layer.rows(), layer.columns(), what.sparsity(), seed);
    int[] positions = pattern == null ? null : pattern.flatPositions();
    return new Operands(
        positions == null ? weight : only(weight, positions),
        pass == Pass.DX ? null : uniform(layer.input().size(), seed + 2),
        pass == Pass.FORWARD ? null : uniform(layer.output().size(), seed + 3),
        positions == null ? weight.length : positions.length,
        positions);
  }

  /** Uniform in [-1, 1). */
  private static float[] uniform(long count, long seed) {
    float[] values = new float[Math.toIntExact(count)];
    IntStream.range(0, Math.ceilDiv(values.length, CHUNK))
        .parallel()
        .forEach(
            chunk -> {
              var random = new SplittableRandom(seed * 31 + chunk);
              int end = Math.min(values.length, (chunk + 1) * CHUNK);
              for (int i = chunk * CHUNK; i < end; i++) {
                values[i] = (random.nextInt() >> 8) * 0x1p-23f;
              }
            });
    return values;
  }

  private static float[] only(float[] values, int[] positions) {
    float[] kept = new float[values.length];
    for (int position : positions) {
      kept[position] = values[position];
    }
    return kept;
  }

  /** The stored weights in the order of the pattern. */
  float[] stored() {
    if (positions == null) {
      return weight;
    }
    float[] values = new float[positions.length];
    for (int p = 0; p < values.length; p++) {
      values[p] = weight[positions[p]];
    }
    return values;
  }
}
