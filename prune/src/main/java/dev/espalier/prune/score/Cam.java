package dev.espalier.prune.score;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Indexing;
import dev.espalier.tensor.ops.Reduce;
import java.util.Optional;

/**
 * Class-activation-map importance of the last feature maps: {@code s_k = E_n |w_ck (1/M) Σ_m
 * A_nkm|}, c the label of example n and w [C, K] the linear layer behind global average pooling.
 *
 * <p>Only the channels that are averaged get a score, so the other layers must be protected, and a
 * network that does not end in global average pooling and a linear layer is refused. Source: B.
 * Zhou et al., Learning Deep Features for Discriminative Localization (2016), who localise with the
 * map {@code Σ_k w_ck A_k}.
 */
public record Cam() implements Scorer {
  @Override
  public String name() {
    return "cam";
  }

  @Override
  public boolean needsData() {
    return true;
  }

  @Override
  public Optional<String> ranksOnly() {
    return Optional.of("channels that are averaged over all pixels before a last linear layer");
  }

  @Override
  public Score scores(ScoringContext context) {
    var totals = new ChannelTotals();
    context.forEachTrace(
        name(),
        context.spaces(),
        (trace, labels) -> {
          ClassLabels.require(name(), trace.output(), labels);
          Variable pooled = pooled(trace.output());
          Tensor weight = trace.output().node().inputs().get(1).tensor();
          Tensor ofLabels = Indexing.gatherRows(weight, labels);
          Tensor means = pooled.tensor().reshape(pooled.dim(0), pooled.dim(1));
          Tensor sums = Reduce.sumAbs(Elementwise.mul(ofLabels, means), false, 0);
          for (ChannelTrace.Run run : trace.runs(pooled)) {
            ChannelSpace space = run.space();
            totals.add(
                space, sums.narrow(0, run.offset(), space.channels()).contiguous(), pooled.dim(0));
          }
        });
    return totals.score(name(), mean -> mean);
  }

  /** The averaged maps that the last layer reads. */
  private static Variable pooled(Variable output) {
    Node last = output.node();
    if (last.op() instanceof Linear) {
      Variable input = last.inputs().getFirst();
      while (input.node() != null
          && (input.node().op() instanceof Flatten || input.node().op() instanceof Reshape)) {
        input = input.node().inputs().getFirst();
      }
      if (input.node() != null && input.node().op() instanceof GlobalAvgPool2d) {
        return input;
      }
    }
    throw new IllegalArgumentException(
        "scorer 'cam': the model must end in global average pooling and a linear layer, but ends in '%s'; use 'grad-cam'"
            .formatted(last.op().name()));
  }
}
