package dev.espalier.prune.score;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Pick;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Grad-CAM importance: {@code s_k = E_n max(0, α_nk Σ_m A_nkm)} with {@code α_nk = (1/M) Σ_m ∂y_n /
 * ∂A_nkm}, y_n the model's output for the label of example n and A [N, C, M] the activations.
 *
 * <p>The output must be class scores before any softmax. It differs from {@link TaylorActivation}
 * by taking the class score instead of the loss, and by cutting off the negative. In a network that
 * ends in global average pooling and a linear layer, α is w / M of that layer. Source: R. Selvaraju
 * et al., Grad-CAM (2017), who localise with the map {@code max(0, Σ_k α_k A_k)}; the importance of
 * a channel is its share of that map, summed over pixels.
 */
public record GradCam() implements Scorer {
  @Override
  public String name() {
    return "grad-cam";
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
    var totals = new ChannelTotals();
    context.forEachTrace(
        name(),
        context.spaces(),
        (trace, targets) -> {
          List<Tensor> weights = weights(trace, targets);
          for (int i = 0; i < weights.size(); i++) {
            ChannelTrace.Activation activation = trace.activations().get(i);
            Tensor a = activation.part(activation.value().tensor());
            Tensor shares = Elementwise.mul(weights.get(i), Reduce.sum(a, false, 2));
            totals.add(
                activation.space(), Reduce.sum(Elementwise.relu(shares), false, 0), a.dim(0));
          }
        });
    return totals.score(name(), mean -> mean);
  }

  /** α [N, C] of each activation. */
  static List<Tensor> weights(ChannelTrace trace, Tensor labels) {
    Variable scores = trace.output();
    ClassLabels.require("grad-cam", scores, labels);
    Variable chosen = Autograd.apply(new Pick(labels), scores).sum();
    List<Variable> at = trace.activations().stream().map(ChannelTrace.Activation::value).toList();
    List<Variable> gradients = Autograd.grad(chosen, at, false);
    return IntStream.range(0, at.size())
        .mapToObj(i -> trace.activations().get(i).part(gradients.get(i).tensor()))
        .map(gradient -> Reduce.mean(gradient, false, 2))
        .toList();
  }
}
