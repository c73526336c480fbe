package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

class MaskedTest {
  private static final Mask MASK = Mask.of(Shape.of(4), true, false, false, true);

  @Test
  void valueAndGradientAreZeroWhereTheMaskIs() {
    Variable w = Given.vector(1, 2, Double.POSITIVE_INFINITY, 4);
    Variable y = F.masked(w, MASK, false);
    assertThat(Given.values(y)).containsExactly(1, 0, 0, 4);
    y.mul(Given.vector(10, 20, 30, 40)).sum().backward();
    assertThat(Given.values(w.grad())).containsExactly(10, 0, 0, 40);
  }

  @Test
  void denseGradientReachesMaskedPositions() {
    Variable w = Given.vector(1, 2, 3, 4);
    F.masked(w, MASK, true).mul(Given.vector(10, 20, 30, 40)).sum().backward();
    assertThat(Given.values(w.grad())).containsExactly(10, 20, 30, 40);
  }

  @Test
  void theMaskedGradientPassesTheGradientCheckTwice() {
    GradCheck.checkTwice(in -> F.masked(in.getFirst(), MASK, false).square(), Given.random(1, 4));
  }
}
