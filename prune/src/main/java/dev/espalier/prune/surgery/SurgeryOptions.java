package dev.espalier.prune.surgery;

import dev.espalier.nn.optim.Optimizer;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How surgery goes about its work.
 *
 * @param multiple what numbers of channels are rounded up to multiples of; 1 for as they are
 * @param scores by parameter name and shaped like the weights, as they were before the weights were
 *     masked: of the masked channels that stay for the sake of rounding, those of the largest sums
 *     do, and without scores the first ones
 * @param optimizers whose state goes with the parameters
 */
public record SurgeryOptions(int multiple, Map<String, Tensor> scores, List<Optimizer> optimizers) {
  /** Every dead channel goes, and no optimiser goes on. */
  public static final SurgeryOptions DEFAULT = new SurgeryOptions(1, Map.of(), List.of());

  /** Copies the list. */
  public SurgeryOptions {
    optimizers = List.copyOf(optimizers);
    if (multiple < 1) {
      throw new IllegalArgumentException(
          "surgery: channels can be rounded to multiples of 1 or more but not of " + multiple);
    }
  }

  /** Rounds numbers of channels up to multiples. */
  public SurgeryOptions roundedTo(int newMultiple, Map<String, Tensor> elementScores) {
    return new SurgeryOptions(newMultiple, elementScores, optimizers);
  }

  /** Carries an optimiser's state over. */
  public SurgeryOptions with(Optimizer optimizer) {
    List<Optimizer> more = new ArrayList<>(optimizers);
    more.add(optimizer);
    return new SurgeryOptions(multiple, scores, more);
  }
}
