package dev.espalier.prune;

import java.util.Optional;

/**
 * How much a weight or a channel matters: the second axis of a pruning method. Larger means keep.
 *
 * <p>A scorer gives one number per weight element or per channel; an {@link Aggregation} puts them
 * together per group, and selection, schedule and scope are not its business.
 */
public interface Scorer {
  /** Name for the registry and the results. */
  String name();

  /** Whether data will be asked for, so that it must be given. */
  boolean needsData();

  /**
   * What a scorer ranks that has nothing to say about other weights, to complete "ranks only";
   * empty for one that ranks every weight.
   */
  default Optional<String> ranksOnly() {
    return Optional.empty();
  }

  /** The order of the derivatives of the loss that it takes at most; memory grows with it. */
  default int derivatives() {
    return 1;
  }

  /**
   * The scores, by parameter name.
   *
   * @throws IllegalStateException if data is needed and the context has none
   */
  Score scores(ScoringContext context);
}
