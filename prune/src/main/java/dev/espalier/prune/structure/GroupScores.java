package dev.espalier.prune.structure;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.function.IntUnaryOperator;

/**
 * The scores of groups from the scores of their elements: {@code s_g = Σ_{i ∈ g} s_i}, added up in
 * float64 in the order of the elements. All structures aggregate here.
 */
final class GroupScores {
  private final double[] totals;

  GroupScores(int groups) {
    totals = new double[groups];
  }

  /**
   * Adds the elements of one parameter.
   *
   * @param scores of any shape
   * @param groupOf from an element's row-major index to its group, or to -1 for none
   */
  void add(Tensor scores, IntUnaryOperator groupOf) {
    double[] elements = scores.toDoubleArray();
    for (int i = 0; i < elements.length; i++) {
      int group = groupOf.applyAsInt(i);
      if (group >= 0) {
        totals[group] += elements[i];
      }
    }
  }

  /** One score per group, [groups]. */
  Tensor scores() {
    return Tensor.of(Shape.of(totals.length), totals).to(DType.FLOAT64);
  }
}
