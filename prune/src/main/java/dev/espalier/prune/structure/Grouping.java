package dev.espalier.prune.structure;

import dev.espalier.prune.PrunableWeight;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** A structure of one's own: how the elements of a weight fall into groups. */
@FunctionalInterface
public interface Grouping {
  /**
   * From an element's row-major index to the number of its group. Numbers count from 0 and every
   * group has an element; -1 means that the element always stays. Empty leaves the weight alone.
   */
  Optional<IntUnaryOperator> groupsOf(PrunableWeight weight);
}
