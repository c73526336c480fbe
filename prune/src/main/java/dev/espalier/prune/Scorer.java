package dev.espalier.prune;

import dev.espalier.tensor.Tensor;
import java.util.Map;

/**
 * How much a weight matters: the second axis of a pruning method. Larger means keep.
 *
 * <p>A scorer gives one number per weight element; a {@link Structure} adds them up per group, and
 * selection, schedule and scope are not its business.
 */
public interface Scorer {
  /** Name for the registry and the results. */
  String name();

  /** Whether {@link ScoringContext#gradients} will be asked for, so that data must be given. */
  boolean needsData();

  /**
   * The scores, by parameter name and shaped like the weights.
   *
   * @throws IllegalStateException if data is needed and the context has none
   */
  Map<String, Tensor> scores(ScoringContext context);
}
