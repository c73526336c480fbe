package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Conv2dTest {
  /** A geometry: image and kernel extents with the specification. */
  private record Case(String name, int[] image, int[] kernel, ConvSpec spec) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    int[] image = {2, 2, 5, 4};
    return Stream.of(
        new Case("plain", image, new int[] {3, 2, 3, 3}, ConvSpec.DEFAULT),
        new Case("1×1", image, new int[] {3, 2, 1, 1}, ConvSpec.DEFAULT),
        new Case("padding", image, new int[] {1, 2, 3, 2}, ConvSpec.of(1, 1)),
        new Case("stride", image, new int[] {2, 2, 2, 2}, ConvSpec.of(2, 0)),
        new Case("uneven", image, new int[] {2, 2, 3, 2}, new ConvSpec(2, 3, 1, 2, 1, 1, 1)),
        new Case("dilation", image, new int[] {2, 2, 2, 2}, ConvSpec.of(1, 1).withDilation(2)),
        new Case("depthwise", image, new int[] {2, 1, 2, 2}, ConvSpec.of(1, 1).withGroups(2)),
        new Case(
            "groups",
            new int[] {1, 4, 4, 4},
            new int[] {6, 2, 3, 3},
            ConvSpec.of(2, 1).withGroups(2)));
  }

  private static Shape output(Case geometry) {
    return Shape.of(
        geometry.image[0],
        geometry.kernel[0],
        geometry.spec.outHeight(geometry.image[2], geometry.kernel[2]),
        geometry.spec.outWidth(geometry.image[3], geometry.kernel[3]));
  }

  @Test
  void eachOutputIsTheProductOfAWindowAndTheKernel() {
    Variable x = Given.leaf(Shape.of(1, 1, 2, 3), 1, 2, 3, 4, 5, 6);
    Variable w = Given.leaf(Shape.of(1, 1, 2, 2), 1, 0, 0, 10);
    Variable b = Given.vector(100);
    Variable y = F.conv2d(x, w, null, b, ConvSpec.DEFAULT);
    assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 2));
    assertThat(Given.values(y)).containsExactly(151, 162);
    y.mul(Given.leaf(Shape.of(1, 1, 1, 2), 1, 2)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(1, 2, 0, 0, 10, 20);
    assertThat(Given.values(w.grad())).containsExactly(5, 8, 14, 17);
    assertThat(Given.values(b.grad())).containsExactly(3);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGeometryPassesTheGradientCheckTwice(Case geometry) {
    GradCheck.checkTwice(
        in -> F.conv2d(in.get(0), in.get(1), null, in.get(2), geometry.spec).square(),
        Given.random(1, geometry.image),
        Given.random(2, geometry.kernel),
        Given.random(3, geometry.kernel[0]));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void maskedKernelsPassTheGradientCheckTwice(Case geometry) {
    Mask mask = LinearTest.mask(0.5, Shape.of(geometry.kernel));
    GradCheck.checkTwice(
        in -> F.conv2d(in.get(0), F.masked(in.get(1), mask, false), mask, null, geometry.spec),
        Given.random(4, geometry.image),
        Given.random(5, geometry.kernel));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputShapeFollowsTheGeometry(Case geometry) {
    Variable y =
        F.conv2d(
            Given.random(6, geometry.image),
            Given.random(7, geometry.kernel),
            null,
            null,
            geometry.spec);
    assertThat(y.shape()).isEqualTo(output(geometry));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.03, 0.3, 1})
  void maskedWeightGetsTheDenseGradientAtKeptPositionsAndExactlyZeroElsewhere(double density) {
    Mask mask = LinearTest.mask(density, Shape.of(5, 3, 3, 3));
    var spec = ConvSpec.of(2, 1);
    Variable x = Given.random(8, 2, 3, 6, 5);
    Variable w = Variable.leaf(mask.apply(Given.random(9, 5, 3, 3, 3).tensor()));
    List<Variable> leaves = List.of(x, w);
    Variable sparse = F.conv2d(x, w, mask, null, spec);
    Variable dense = F.conv2d(x, w, null, null, spec);
    assertThat(Given.values(sparse)).containsExactly(Given.values(dense), within(1e-14));
    List<Variable> actual = Autograd.grad(sparse.square().sum(), leaves, false);
    List<Variable> expected = Autograd.grad(dense.square().sum(), leaves, false);
    assertThat(Given.values(actual.get(0)))
        .containsExactly(Given.values(expected.get(0)), within(1e-13));
    assertThat(mask.violations(actual.get(1).tensor())).isZero();
    assertThat(Given.values(actual.get(1)))
        .containsExactly(mask.apply(expected.get(1).tensor()).toDoubleArray(), within(1e-13));
  }
}
