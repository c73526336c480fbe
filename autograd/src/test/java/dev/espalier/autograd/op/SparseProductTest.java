package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Spmm, SpmmTransposed, Sddmm. */
class SparseProductTest {
  /**
   *
   *
   * <pre>
   * . a .
   * . . .
   * b . c
   * </pre>
   */
  private static final CsrPattern PATTERN =
      CsrPattern.of(3, 3, new int[] {0, 1, 1, 3}, new int[] {1, 0, 2});

  @Test
  void spmmMultipliesStoredValuesOnly() {
    Variable values = Given.vector(2, 3, 5);
    Variable x = Given.leaf(Shape.of(3, 1), 1, 10, 100);
    Variable y = F.spmm(PATTERN, values, x);
    assertThat(Given.values(y)).containsExactly(20, 0, 503);
    y.mul(Given.leaf(Shape.of(3, 1), 1, 2, 4)).sum().backward();
    assertThat(Given.values(values.grad())).containsExactly(10, 4, 400);
    assertThat(Given.values(x.grad())).containsExactly(12, 2, 20);
  }

  @Test
  void spmmTransposedMultipliesByTheTranspose() {
    Variable values = Given.vector(2, 3, 5);
    Variable x = Given.leaf(Shape.of(3, 1), 1, 10, 100);
    assertThat(Given.values(Autograd.apply(new SpmmTransposed(PATTERN), values, x)))
        .containsExactly(300, 2, 500);
  }

  @Test
  void sddmmSamplesTheProductAtThePattern() {
    Variable a = Given.leaf(Shape.of(3, 1), 1, 2, 3);
    Variable b = Given.leaf(Shape.of(3, 1), 10, 20, 30);
    assertThat(Given.values(Autograd.apply(new Sddmm(PATTERN), a, b))).containsExactly(20, 30, 90);
  }

  @Test
  void valuesOfNmPatternsHaveTheirOwnShape() {
    // both rows keep columns 1 and 2
    NmPattern pattern = NmPattern.of(2, 4, new Granularity.NOfM(2, 4, 2), (byte) 1, (byte) 2);
    Variable values = Given.leaf(Shape.of(1, 1, 2, 2), 2, 3, 5, 7);
    Variable x = Given.leaf(Shape.of(4, 1), 1, 10, 100, 1000);
    Variable y = F.spmm(pattern, values, x);
    assertThat(Given.values(y)).containsExactly(520, 730);
    y.mul(Given.leaf(Shape.of(2, 1), 1, 2)).sum().backward();
    assertThat(values.grad().shape()).isEqualTo(Shape.of(1, 1, 2, 2));
    assertThat(Given.values(values.grad())).containsExactly(10, 20, 100, 200);
    assertThat(Given.values(x.grad())).containsExactly(0, 8, 19, 0);
  }

  static Stream<SparsePattern> patterns() {
    CsrPattern wide = CsrPattern.of(2, 4, new int[] {0, 2, 3}, new int[] {0, 3, 1});
    return Stream.of(
        wide,
        BsrPattern.covering(wide, 2, 1),
        NmPattern.covering(wide, new Granularity.NOfM(2, 4)),
        NmPattern.covering(wide, new Granularity.NOfM(3, 4, 2)));
  }

  @ParameterizedTest
  @MethodSource("patterns")
  void allPassTheGradientCheckTwice(SparsePattern wide) {
    int[] stored = wide.valuesShape().toArray();
    GradCheck.checkTwice(
        in -> F.spmm(wide, in.get(0), in.get(1)).square(),
        Given.random(1, stored),
        Given.random(2, 4, 2));
    GradCheck.checkTwice(
        in -> Autograd.apply(new SpmmTransposed(wide), in.get(0), in.get(1)).square(),
        Given.random(3, stored),
        Given.random(4, 2, 3));
    GradCheck.checkTwice(
        in -> Autograd.apply(new Sddmm(wide), in.get(0), in.get(1)).square(),
        Given.random(5, 2, 3),
        Given.random(6, 4, 3));
  }
}
