package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reshape, Flatten, Permute, Narrow, PadAxis, Expand. */
class ViewTest {
  /**
   * An operation with the result for x = [[1, 2, 3], [4, 5, 6]] and how often each element of x
   * appears in it.
   */
  private record Case(
      String name, UnaryOperator<Variable> op, Shape shape, double[] values, double[] counts) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static double[] of(double... values) {
    return values;
  }

  private static final double[] ONCE = {1, 1, 1, 1, 1, 1};

  static Stream<Case> cases() {
    return Stream.of(
        new Case("reshape", x -> x.reshape(3, -1), Shape.of(3, 2), of(1, 2, 3, 4, 5, 6), ONCE),
        new Case("flatten", F::flatten, Shape.of(2, 3), of(1, 2, 3, 4, 5, 6), ONCE),
        new Case("permute", x -> x.permute(1, 0), Shape.of(3, 2), of(1, 4, 2, 5, 3, 6), ONCE),
        new Case(
            "permute from the end",
            x -> x.permute(-1, 0),
            Shape.of(3, 2),
            of(1, 4, 2, 5, 3, 6),
            ONCE),
        new Case("transpose", x -> x.transpose(0, -1), Shape.of(3, 2), of(1, 4, 2, 5, 3, 6), ONCE),
        new Case(
            "reshape of a transpose",
            x -> x.transpose(0, 1).reshape(6),
            Shape.of(6),
            of(1, 4, 2, 5, 3, 6),
            ONCE),
        new Case(
            "narrow", x -> x.narrow(1, 1, 2), Shape.of(2, 2), of(2, 3, 5, 6), of(0, 1, 1, 0, 1, 1)),
        new Case(
            "narrow from the end",
            x -> x.narrow(-2, 1, 1),
            Shape.of(1, 3),
            of(4, 5, 6),
            of(0, 0, 0, 1, 1, 1)),
        new Case("narrow to nothing", x -> x.narrow(0, 2, 0), Shape.of(0, 3), of(), new double[6]),
        new Case(
            "pad",
            x -> Autograd.apply(new PadAxis(1, 1, 0), x),
            Shape.of(2, 4),
            of(0, 1, 2, 3, 0, 4, 5, 6),
            ONCE),
        new Case(
            "expand a new axis",
            x -> x.expand(Shape.of(2, 2, 3)),
            Shape.of(2, 2, 3),
            of(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6),
            of(2, 2, 2, 2, 2, 2)),
        new Case(
            "expand an extent of 1",
            x -> x.narrow(1, 0, 1).expand(Shape.of(2, 3)),
            Shape.of(2, 3),
            of(1, 1, 1, 4, 4, 4),
            of(3, 0, 0, 3, 0, 0)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void elementsAndTheirGradientsGoWhereTheViewPutsThem(Case view) {
    Variable x = Given.leaf(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    Variable y = view.op.apply(x);
    assertThat(y.shape()).isEqualTo(view.shape);
    assertThat(Given.values(y)).containsExactly(view.values);
    y.sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(view.counts);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void viewsPassTheGradientCheckTwice(Case view) {
    GradCheck.checkTwice(in -> view.op.apply(in.getFirst()).square(), Given.random(1, 2, 3));
  }

  @Test
  void flattenJoinsEverythingBehindTheBatch() {
    assertThat(F.flatten(Given.random(2, 2, 3, 4, 5)).shape()).isEqualTo(Shape.of(2, 60));
    assertThat(F.flatten(Given.random(3, 0, 3, 4)).shape()).isEqualTo(Shape.of(0, 12));
    assertThat(F.flatten(Given.random(4, 7)).shape()).isEqualTo(Shape.of(7, 1));
    GradCheck.checkTwice(in -> F.flatten(in.getFirst()).square(), Given.random(5, 2, 2, 1, 3));
  }
}
