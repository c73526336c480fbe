package dev.espalier.prune;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.loss.Loss;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a scorer may look at.
 *
 * @param module the model, as it is
 * @param weights its prunable weights
 * @param sample inputs and targets to compute gradients on, or null
 * @param generator the source of randomness
 */
public record ScoringContext(
    Module module, List<PrunableWeight> weights, Sample sample, Generator generator) {
  /**
   * Data for scorers that need it; shuffled or stratified, since a class-sorted sample misleads
   * every one of them.
   *
   * @param inputs a batch of inputs
   * @param targets their targets
   */
  public record Sample(Tensor inputs, Tensor targets, Loss loss) {}

  /**
   * The gradient of the loss on the sample at every prunable weight, in evaluation mode, by name.
   * At masked positions it is zero.
   *
   * @throws IllegalStateException if there is no sample
   */
  public Map<String, Tensor> gradients(String scorer) {
    if (sample == null) {
      throw new IllegalStateException(
          "scorer '%s' needs data: give the pruner a sample of the training set".formatted(scorer));
    }
    List<Variable> variables = new ArrayList<>();
    weights.forEach(weight -> variables.add(weight.parameter()));
    Map<String, Tensor> result = new LinkedHashMap<>();
    try (var _ = module.evaluating();
        var _ = Autograd.enableGrad();
        var scope = Scope.open("scoring")) {
      Variable loss = sample.loss.of(module.forward(Variable.of(sample.inputs)), sample.targets);
      List<Variable> gradients = Autograd.grad(loss, variables, false);
      for (int i = 0; i < gradients.size(); i++) {
        result.put(weights.get(i).name(), scope.keep(gradients.get(i).tensor().contiguous()));
      }
    }
    return result;
  }
}
