package dev.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

class ParameterTest {
  private static final Shape FOUR = Shape.of(4);
  private static final Mask OUTER = Mask.of(FOUR, true, false, false, true);
  private static final Mask FIRST = Mask.of(FOUR, true, false, false, false);

  private final Parameter parameter = new Parameter(Tensor.of(FOUR, 1f, 2f, 3f, 4f));

  @Test
  void outlivesTheScopeItWasMadeIn() {
    Parameter made;
    try (var _ = Scope.open()) {
      made = new Parameter(Tensor.of(FOUR, 1f, 2f, 3f, 4f));
    }
    assertThat(Given.values(made)).containsExactly(1, 2, 3, 4);
  }

  @Test
  void aHardMaskZeroesAtOnce() {
    parameter.setMask(OUTER, MaskMode.HARD);
    assertThat(Given.values(parameter)).containsExactly(1, 0, 0, 4);
    assertThat(parameter.value()).isSameAs(parameter);
    assertThat(parameter.kernelMask()).isSameAs(OUTER);
    assertThat(parameter.kept()).isEqualTo(2);
  }

  @Test
  void aSoftMaskHidesAndTheValuesComeBack() {
    parameter.setMask(OUTER, MaskMode.SOFT);
    assertThat(Given.values(parameter)).containsExactly(1, 2, 3, 4);
    assertThat(Given.values(parameter.value())).containsExactly(1, 0, 0, 4);
    assertThat(parameter.kernelMask()).isNull();
    assertThat(parameter.kept()).isEqualTo(2);
    parameter.clearMask();
    assertThat(Given.values(parameter.value())).containsExactly(1, 2, 3, 4);
    assertThat(parameter.kept()).isEqualTo(4);
  }

  @Test
  void gradientsFlowThroughASoftMaskToKeptPositionsOnly() {
    parameter.setMask(OUTER, MaskMode.SOFT);
    parameter.value().square().sum().backward();
    assertThat(Given.gradient(parameter)).containsExactly(2, 0, 0, 8);
  }

  @Test
  void theDenseGradientOfASoftMaskIsThatOfTheHiddenForward() {
    parameter.setMask(OUTER, MaskMode.SOFT);
    parameter.setDenseGradient(true);
    parameter.value().mul(3).sum().backward();
    assertThat(Given.gradient(parameter)).containsExactly(3, 3, 3, 3);
  }

  @Test
  void hardeningZeroesWhatWasHidden() {
    parameter.setMask(OUTER, MaskMode.SOFT);
    parameter.harden();
    assertThat(Given.values(parameter)).containsExactly(1, 0, 0, 4);
    assertThat(parameter.maskMode()).isEqualTo(MaskMode.HARD);
    assertThat(parameter.mask()).isEqualTo(OUTER);
  }

  @Test
  void makingAMaskPermanentLeavesZerosAndNoMask() {
    parameter.setMask(OUTER, MaskMode.SOFT);
    parameter.makePermanent();
    assertThat(Given.values(parameter)).containsExactly(1, 0, 0, 4);
    assertThat(parameter.mask()).isNull();
  }

  @Test
  void everyChangeOfTheMaskIsCounted() {
    int start = parameter.maskVersion();
    parameter.setMask(OUTER, MaskMode.SOFT);
    parameter.setMask(FIRST, MaskMode.HARD);
    parameter.clearMask();
    assertThat(parameter.maskVersion()).isEqualTo(start + 3);
    parameter.clearMask();
    assertThat(parameter.maskVersion()).as("nothing changed").isEqualTo(start + 3);
  }

  @Test
  void masksOfAnotherShapeAreRefusedWithBothShapes() {
    assertThatThrownBy(() -> parameter.setMask(Mask.ones(Shape.of(2, 2)), MaskMode.HARD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 2]")
        .hasMessageContaining("[4]");
  }

  @Test
  void kernelsGetNoMaskWhenTheDenseGradientIsAskedFor() {
    parameter.setMask(OUTER, MaskMode.HARD);
    parameter.setDenseGradient(true);
    assertThat(parameter.kernelMask()).isNull();
    assertThat(Given.values(parameter.value())).containsExactly(1, 0, 0, 4);
  }

  @Test
  void frozenParametersGetNoGradient() {
    parameter.square().sum().backward();
    parameter.setFrozen(true);
    assertThat(parameter.grad()).isNull();
    assertThat(parameter.square().requiresGrad()).isFalse();
    parameter.setFrozen(false);
    parameter.square().sum().backward();
    assertThat(Given.gradient(parameter)).containsExactly(2, 4, 6, 8);
  }

  @Test
  void replacingTheValueDropsMaskAndGradientAndFreesTheOldOne() {
    parameter.setMask(OUTER, MaskMode.HARD);
    parameter.square().sum().backward();
    Tensor old = parameter.tensor();
    parameter.replace(Tensor.of(Shape.of(2), 5f, 6f));
    assertThat(Given.values(parameter)).containsExactly(5, 6);
    assertThat(parameter.mask()).isNull();
    assertThat(parameter.grad()).isNull();
    assertThat(old.isClosed()).isTrue();
  }
}
