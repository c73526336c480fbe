package dev.espalier.prune.score;

import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.surgery.ChannelMember;
import dev.espalier.prune.surgery.ChannelSpace;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code s_k = |γ_k|}: the scale of the batch normalisation that channel k passes through; the sum
 * over all of them where channels are tied.
 *
 * <p>Layers without a batch normalisation get no score, and pruning them by it is refused. It means
 * most where training has pushed the scales towards zero by an L1 penalty. Source: Z. Liu et al.,
 * Learning Efficient Convolutional Networks through Network Slimming (2017).
 */
public record BatchNormScale() implements Scorer {
  @Override
  public String name() {
    return "bn-scale";
  }

  @Override
  public boolean needsData() {
    return false;
  }

  @Override
  public Optional<String> ranksOnly() {
    return Optional.of("channels that a batch normalisation scales");
  }

  @Override
  public Score scores(ScoringContext context) {
    Set<Parameter> scales = Collections.newSetFromMap(new IdentityHashMap<>());
    context
        .module()
        .namedModules()
        .values()
        .forEach(
            part -> {
              if (part instanceof BatchNorm norm) {
                scales.add(norm.weight());
              }
            });
    Map<ChannelSpace, double[]> scores = new IdentityHashMap<>();
    for (ChannelSpace space : context.spaces()) {
      for (ChannelMember member : space.members()) {
        if (scales.contains(member.parameter())) {
          add(scores.computeIfAbsent(space, s -> new double[s.channels()]), member);
        }
      }
    }
    return ChannelTotals.score(name(), scores);
  }

  private static void add(double[] scores, ChannelMember member) {
    double[] scale = member.parameter().tensor().toDoubleArray();
    for (int c = 0; c < scores.length; c++) {
      for (int position : member.positions(c)) {
        scores[c] += Math.abs(scale[position]) / member.positions(c).length;
      }
    }
  }
}
