package dev.espalier.prune.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Parameter;
import dev.espalier.prune.Budget;
import dev.espalier.prune.Budget.Layer;
import dev.espalier.prune.Place;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.SensitivityAnalysis;
import dev.espalier.prune.SensitivityAnalysis.Curve;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Uniform, ErdosRenyi, EqualMacs, SensitivityBudget. */
class BudgetTest {
  private final List<Layer> layers =
      List.of(
          layer("conv", 36_000, 4, 2, 3, 3), layer("fc1", 1000, 10, 100), layer("fc2", 20, 2, 10));

  private static Layer layer(String name, long macs, int... dims) {
    Shape shape = Shape.of(dims);
    var weight = new Parameter(Tensor.zeros(DType.FLOAT32, shape));
    return new Layer(
        name,
        (int) shape.size(),
        List.of(new PrunableWeight(name, weight, Place.INNER)),
        () -> macs);
  }

  private double mean(double[] densities) {
    return (72 * densities[0] + 1000 * densities[1] + 20 * densities[2]) / 1092;
  }

  @Test
  void uniformIsTheSameForAll() {
    assertThat(new Uniform().densities(layers, 0.3)).containsExactly(0.3, 0.3, 0.3);
  }

  /**
   * ratios (4 + 2 + 3 + 3) / 72, 110 / 1000 and 12 / 20; numbers of weights at ε = 1: 12, 110, 12.
   */
  @Test
  void erkByHand() {
    double[] densities = ErdosRenyi.erk().densities(layers, 0.2);
    double scale = 0.2 * 1092 / 134;
    assertThat(densities)
        .containsExactly(new double[] {scale * 12 / 72, scale * 0.11, scale * 0.6}, within(1e-12));
  }

  /** At 0.25 fc2 would be 1.22: it stays dense, and 273 - 20 weights are left for 12 + 110. */
  @Test
  void aLayerThatWouldExceedOneStaysDense() {
    double[] densities = ErdosRenyi.erk().densities(layers, 0.25);
    double scale = 253.0 / 122;
    assertThat(densities)
        .containsExactly(new double[] {scale * 12 / 72, scale * 0.11, 1}, within(1e-12));
    assertThat(mean(densities)).isCloseTo(0.25, within(1e-12));
  }

  /** Without kernels the convolution's ratio is (4 + 2) / (4 · 2) = 0.75: 54 weights at ε = 1. */
  @Test
  void erdosRenyiLeavesKernelsOut() {
    double scale = 0.1 * 1092 / (54 + 110 + 12);
    assertThat(new ErdosRenyi(false).densities(layers, 0.1))
        .containsExactly(new double[] {scale * 0.75, scale * 0.11, scale * 0.6}, within(1e-12));
  }

  /** c is what the convolution may spend: at 0.5, (546 - 20) = c (72 / 36000 + 1000 / 1000). */
  @Test
  void equalMacsCutWhereTheArithmeticIs() {
    double c = 526 / 1.002;
    assertThat(new EqualMacs().densities(layers, 0.5))
        .containsExactly(new double[] {c / 36_000, c / 1000, 1}, within(1e-12));
    assertThat(new EqualMacs().densities(layers, 1)).containsExactly(1, 1, 1);
  }

  @Test
  void aSpaceOfSeveralWeightsHasNoFanIn() {
    var tied = new Layer("a+b", 4, List.of(), () -> 10);
    assertThatThrownBy(() -> ErdosRenyi.erk().densities(List.of(tied), 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'erk'", "'a+b'");
    var unknown = new Layer("c", 4, List.of(), () -> 0);
    assertThatThrownBy(() -> new EqualMacs().densities(List.of(unknown), 0.5))
        .hasMessageContainingAll("'flops'", "'c'");
  }

  private static SensitivityAnalysis analysis() {
    // conv loses 0.2 per 0.1 below 0.5; fc1 nothing down to 0.2; fc2 0.1 at 0.5 already
    return new SensitivityAnalysis(
        0.9,
        List.of(
            new Curve("conv", 0.9, List.of(0.25, 0.5), List.of(0.4, 0.9)),
            new Curve("fc1", 0.9, List.of(0.2, 0.5), List.of(0.9, 0.9)),
            new Curve("fc2", 0.9, List.of(0.25, 0.5), List.of(0.6, 0.8))));
  }

  @Test
  void curvesAreLinearBetweenWhatWasMeasured() {
    Curve conv = analysis().curves().getFirst();
    assertThat(conv.dropAt(1)).isZero();
    assertThat(conv.dropAt(0.5)).isCloseTo(0, within(1e-12));
    assertThat(conv.dropAt(0.375)).isCloseTo(0.25, within(1e-12));
    assertThat(conv.dropAt(0)).isCloseTo(0.9, within(1e-12));
    assertThat(conv.densityFor(0)).isCloseTo(0.5, within(1e-12));
    assertThat(conv.densityFor(0.25)).isCloseTo(0.375, within(1e-12));
    assertThat(conv.densityFor(0.9)).isZero();
  }

  /** At a drop of 0.1: conv 0.45, fc1 0.2 · 8/9, fc2 0.5. */
  @Test
  void everyLayerLosesTheSame() {
    double wanted = (72 * 0.45 + 1000 * 0.2 * 8 / 9 + 20 * 0.5) / 1092;
    assertThat(new SensitivityBudget(analysis()).densities(layers, wanted))
        .containsExactly(new double[] {0.45, 0.2 * 8 / 9, 0.5}, within(1e-9));
  }

  @Test
  void whatNoLayerNeedsIsGivenOutEvenly() {
    double[] densities = new SensitivityBudget(analysis()).densities(layers, 0.6);
    assertThat(mean(densities)).isCloseTo(0.6, within(1e-9));
    assertThat(densities[2]).isEqualTo(1, within(1e-6));
  }

  @Test
  void everyBudgetKeepsTheMeanAndNeverFallsWithTheDensity() {
    for (Budget budget :
        List.of(
            new Uniform(),
            ErdosRenyi.erk(),
            new ErdosRenyi(false),
            new EqualMacs(),
            new SensitivityBudget(analysis()))) {
      double[] before = new double[3];
      for (double density = 0; density <= 1; density += 1.0 / 64) {
        double[] densities = budget.densities(layers, density);
        assertThat(mean(densities)).as(budget.name()).isCloseTo(density, within(1e-9));
        for (int i = 0; i < 3; i++) {
          assertThat(densities[i]).isBetween(before[i] - 1e-9, 1.0);
        }
        before = densities;
      }
    }
  }

  @Test
  void anUnanalysedLayerIsNamed() {
    assertThatThrownBy(
            () ->
                new SensitivityBudget(analysis()).densities(List.of(layer("other", 1, 2, 2)), 0.5))
        .hasMessageContainingAll("'sensitivity'", "'other'");
  }
}
