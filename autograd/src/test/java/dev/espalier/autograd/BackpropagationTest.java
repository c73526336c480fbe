package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Accumulation, broadcasting, freeing and refusals of a backward pass. */
class BackpropagationTest {
  /** Returns whatever the test wants as gradients. */
  private record Odd(Variable[] gradients) implements Op {
    @Override
    public Tensor forward(Context context, Tensor... inputs) {
      return inputs[0].copy();
    }

    @Override
    public Variable[] backward(Context context, Variable gradient) {
      return gradients;
    }
  }

  @Test
  void aDiamondAddsTheGradientsOfItsBranches() {
    Variable x = Given.scalar(3);
    Variable shared = x.square();
    shared.mul(2).add(shared.mul(5)).backward();
    assertThat(x.grad().tensor().item()).isEqualTo(7 * 2 * 3);
  }

  @Test
  void aDeepChainOfDiamondsVisitsEachNodeOnce() {
    Variable x = Given.scalar(1);
    Variable y = x;
    for (int i = 0; i < 60; i++) {
      y = y.add(y).mul(0.5);
    }
    y.backward();
    assertThat(x.grad().tensor().item()).isEqualTo(1);
  }

  @Test
  void aVariableUsedTwiceByOneOperationGetsBothGradients() {
    Variable x = Given.vector(2, 3);
    x.mul(x).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(4, 6);
    Variable y = Given.vector(2, 3);
    F.concat(0, y, y, y).sum().backward();
    assertThat(Given.values(y.grad())).containsExactly(3, 3);
  }

  @Test
  void theEngineSumsOverBroadcastAxes() {
    Variable row = Given.vector(1, 2, 3);
    Variable column = Given.leaf(Shape.of(2, 1), 10, 20);
    Variable scalar = Given.scalar(7);
    row.add(column).add(scalar).sum().backward();
    assertThat(Given.values(row.grad())).containsExactly(2, 2, 2);
    assertThat(column.grad().shape()).isEqualTo(Shape.of(2, 1));
    assertThat(Given.values(column.grad())).containsExactly(3, 3);
    assertThat(scalar.grad().shape()).isEqualTo(Shape.SCALAR);
    assertThat(scalar.grad().tensor().item()).isEqualTo(6);
  }

  @Test
  void aSecondPassAddsToTheGradientAndZeroGradDropsIt() {
    Variable x = Given.vector(1, 2);
    x.square().sum().backward();
    x.mul(10).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(12, 14);
    x.zeroGrad();
    assertThat(x.grad()).isNull();
    x.sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(1, 1);
  }

  @Test
  void leavesThatShareOneGradientTensorCanBeChangedApart() {
    Variable a = Given.vector(1, 2);
    Variable b = Given.vector(3, 4);
    a.add(b).sum().backward();
    a.grad().tensor().set(99, 0);
    assertThat(Given.values(b.grad())).containsExactly(1, 1);
  }

  @Test
  void theGradientGivenByTheCallerStaysTheCallers() {
    Variable x = Given.vector(1, 2);
    Tensor seed = Given.vector(5, 6).tensor();
    x.backward(Variable.of(seed));
    x.grad().tensor().set(99, 0);
    x.zeroGrad();
    assertThat(seed.toDoubleArray()).containsExactly(5, 6);
  }

  @Test
  void retainGraphAllowsASecondPassOverTheSameGraph() {
    Variable x = Given.scalar(3);
    Variable y = x.square().exp();
    y.backward(Given.scalar(1), true, false);
    double once = x.grad().tensor().item();
    y.backward();
    assertThat(x.grad().tensor().item()).isEqualTo(2 * once);
  }

  @Test
  void createGraphLetsTheLeafGradientBeDifferentiated() {
    Variable x = Given.scalar(2);
    x.pow(3).backward(Given.scalar(1), false, true);
    Variable slope = x.grad();
    assertThat(slope.tensor().item()).isEqualTo(12);
    assertThat(Autograd.grad(slope, List.of(x), false).getFirst().tensor().item()).isEqualTo(12);
  }

  @Test
  void aThirdDerivativeIsRight() {
    Variable x = Given.scalar(2);
    Variable first = Autograd.grad(x.pow(4), List.of(x), true).getFirst();
    Variable second = Autograd.grad(first, List.of(x), true).getFirst();
    Variable third = Autograd.grad(second, List.of(x), false).getFirst();
    assertThat(third.tensor().item()).isEqualTo(24 * 2);
  }

  @Test
  void aFreedGraphIsRefusedWithTheOperationNamed() {
    Variable x = Given.scalar(3);
    Variable y = x.exp();
    y.backward();
    assertThatThrownBy(y::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'exp'", "already freed", "retainGraph");
  }

  @Test
  void aPartOfTheGraphFreedByAnotherLossIsRefused() {
    Variable x = Given.scalar(3);
    Variable shared = x.square();
    Variable first = shared.mul(2);
    Variable second = shared.mul(3);
    first.backward();
    assertThatThrownBy(second::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'powScalar'", "already freed");
  }

  @Test
  void onlyOneElementCanBackPropagateWithoutAGradient() {
    Variable y = Given.vector(1, 2).exp();
    assertThatThrownBy(y::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("one element", "[2]", "pass the gradient");
    assertThatThrownBy(() -> Autograd.grad(y, List.of(), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("one element", "[2]");
  }

  @Test
  void aGradientOfAnotherShapeOrTypeIsRefusedWithBothNamed() {
    Variable y = Given.vector(1, 2).exp();
    assertThatThrownBy(() -> y.backward(Given.vector(1, 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("[3]", "[2]");
    assertThatThrownBy(() -> y.backward(Variable.of(Tensor.of(Shape.of(2), 1f, 2f))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("float32", "float64");
  }

  @Test
  void nothingToDifferentiateIsRefused() {
    Variable constant = Variable.of(Tensor.scalar(DType.FLOAT64, 1));
    assertThatThrownBy(constant.exp()::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("nothing to differentiate", "requires a gradient");
  }

  @Test
  void aHalfPrecisionLeafIsRefusedWithItsType() {
    assertThatThrownBy(() -> Variable.leaf(Tensor.zeros(DType.FLOAT16, Shape.of(2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("float32 or float64", "float16");
  }

  @Test
  void aSavedTensorChangedInPlaceIsRefused() {
    Variable x = Given.vector(1, 2);
    Variable y = x.square().sum();
    x.tensor().set(5, 0);
    assertThatThrownBy(y::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("input 0", "'powScalar'", "changed in place");
  }

  @Test
  void aSavedOutputChangedInPlaceIsRefused() {
    Variable y = Given.vector(1, 2).exp();
    Variable sum = y.sum();
    y.tensor().fill(0);
    assertThatThrownBy(sum::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("the output", "'exp'", "changed in place");
  }

  @Test
  void aTensorThatIsNotSavedMayChangeInPlace() {
    Variable x = Given.vector(1, 2);
    Variable y = x.add(1).sum();
    x.tensor().set(5, 0);
    y.backward();
    assertThat(Given.values(x.grad())).containsExactly(1, 1);
  }

  @Test
  void gradientsThatAnOperationGetsWrongAreRefusedByItsName() {
    Variable x = Given.vector(1, 2);
    List<Variable[]> wrong = new ArrayList<>();
    wrong.add(new Variable[0]);
    wrong.add(new Variable[] {null});
    wrong.add(new Variable[] {Given.scalar(1)});
    List<String> messages = List.of("0 gradients for 1 inputs", "no gradient for input 0", "[]");
    for (int i = 0; i < wrong.size(); i++) {
      Variable y = Autograd.apply(new Odd(wrong.get(i)), x).sum();
      assertThatThrownBy(y::backward)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll("odd", messages.get(i));
    }
  }
}
