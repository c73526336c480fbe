package dev.espalier.prune.score;

import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Class-activation entropy: {@code s_k = ln C - H_k}, {@code H_k = -Σ_c p_kc ln p_kc}, p_kc the
 * share of class c in the sum over classes of the mean absolute activation of channel k.
 *
 * <p>Channels that answer to few classes (low entropy) stay; those that answer to all alike, and
 * dead ones, score 0. Classes without an example count as absent. It is this library's definition:
 * J.-H. Luo, J. Wu, An Entropy-based Pruning Method for CNN Compression (2017), takes the entropy
 * over images instead, of binned averages, and keeps channels of <em>high</em> entropy.
 */
public record ClassActivationEntropy() implements Scorer {
  @Override
  public String name() {
    return "class-entropy";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Optional<String> ranksOnly() {
    return Optional.of("whole channels");
  }

  @Override
  public Score scores(ScoringContext context) {
    List<ChannelSpace> spaces = context.spaces();
    Map<ChannelSpace, double[][]> sums = new IdentityHashMap<>();
    Map<ChannelSpace, double[]> counts = new IdentityHashMap<>();
    context.forEachTrace(
        name(),
        spaces,
        (trace, targets) -> {
          ClassLabels.require(name(), trace.output(), targets);
          int classes = trace.output().dim(1);
          long[] labels = targets.toLongArray();
          for (ChannelTrace.Activation activation : trace.activations()) {
            Tensor z = activation.part(activation.value().tensor());
            double[] values = Reduce.sumAbs(z, false, 2).toDoubleArray();
            int channels = activation.space().channels();
            double[][] sum =
                sums.computeIfAbsent(activation.space(), _ -> new double[classes][channels]);
            double[] count = counts.computeIfAbsent(activation.space(), _ -> new double[classes]);
            for (int n = 0; n < labels.length; n++) {
              int label = Math.toIntExact(labels[n]);
              count[label] += z.dim(2);
              for (int c = 0; c < channels; c++) {
                sum[label][c] += values[n * channels + c];
              }
            }
          }
        });
    Map<ChannelSpace, double[]> scores = new IdentityHashMap<>();
    sums.forEach((space, sum) -> scores.put(space, scores(sum, counts.get(space))));
    return ChannelTotals.score(name(), scores);
  }

  private static double[] scores(double[][] sums, double[] counts) {
    double[] scores = new double[sums[0].length];
    for (int k = 0; k < scores.length; k++) {
      double total = 0;
      int present = 0;
      for (int c = 0; c < counts.length; c++) {
        total += counts[c] == 0 ? 0 : sums[c][k] / counts[c];
        present += counts[c] == 0 ? 0 : 1;
      }
      double entropy = 0;
      for (int c = 0; c < counts.length; c++) {
        double p = counts[c] == 0 || total == 0 ? 0 : sums[c][k] / counts[c] / total;
        entropy -= p == 0 ? 0 : p * Math.log(p);
      }
      scores[k] = total == 0 ? 0 : Math.max(0, Math.log(present) - entropy);
    }
    return scores;
  }
}
