package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Means per channel over batches, examples and the places of a space, in float64. */
final class ChannelTotals {
  private static final class Total {
    final double[] sums;
    double count;

    Total(int channels) {
      sums = new double[channels];
    }
  }

  private final Map<ChannelSpace, Total> totals = new IdentityHashMap<>();

  /**
   * Adds to a space.
   *
   * @param sums [C]
   * @param count how many values each sum is of
   */
  void add(ChannelSpace space, Tensor sums, double count) {
    add(space, sums.toDoubleArray(), count);
  }

  void add(ChannelSpace space, double[] sums, double count) {
    Total total = totals.computeIfAbsent(space, s -> new Total(s.channels()));
    for (int c = 0; c < sums.length; c++) {
      total.sums[c] += sums[c];
    }
    total.count += count;
  }

  /** The means of a space, or null if nothing was added. */
  double[] mean(ChannelSpace space) {
    Total total = totals.get(space);
    return total == null ? null : Arrays.stream(total.sums).map(sum -> sum / total.count).toArray();
  }

  /** A function of the means as the scores of all weights that make the channels. */
  Score score(String scorer, UnaryOperator<double[]> of) {
    Map<ChannelSpace, double[]> means = new IdentityHashMap<>();
    totals.keySet().forEach(space -> means.put(space, of.apply(mean(space))));
    return score(scorer, means);
  }

  /** Scores of spaces as the scores of all weights that make the channels. */
  static Score score(String scorer, Map<ChannelSpace, double[]> values) {
    Map<String, Tensor> scores = new LinkedHashMap<>();
    values.forEach(
        (space, ofChannels) -> {
          Tensor tensor = Tensor.of(Shape.of(ofChannels.length), ofChannels).to(DType.FLOAT64);
          space.weights().forEach(weight -> scores.put(weight, tensor));
        });
    return new Score.Channels(scorer, scores);
  }
}
