package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HookTest {
  private final List<double[]> seen = new ArrayList<>();

  private Variable record(Variable gradient) {
    seen.add(Given.values(gradient));
    return gradient;
  }

  @Test
  void aLeafsHookSeesItsWholeGradientOnce() {
    Variable x = Given.vector(2, 3);
    x.addHook(this::record);
    x.square().add(x.mul(10)).sum().backward();
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst()).containsExactly(14, 16);
    assertThat(Given.values(x.grad())).containsExactly(14, 16);
  }

  @Test
  void anIntermediateHookSeesTheSumOfItsReadersGradients() {
    Variable x = Given.vector(2, 3);
    Variable y = x.mul(2);
    y.addHook(this::record);
    y.mul(3).add(y.mul(4)).sum().backward();
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst()).containsExactly(7, 7);
    assertThat(Given.values(x.grad())).containsExactly(14, 14);
  }

  @Test
  void whatAHookReturnsTakesTheGradientsPlace() {
    Variable x = Given.vector(2, 3);
    Variable y = x.mul(2);
    y.addHook(gradient -> gradient.mul(10));
    x.addHook(gradient -> gradient.add(1));
    y.sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(21, 21);
  }

  @Test
  void hooksRunInTheOrderAdded() {
    Variable x = Given.scalar(1);
    x.addHook(gradient -> gradient.add(1));
    x.addHook(gradient -> gradient.mul(10));
    x.mul(1).backward();
    assertThat(x.grad().tensor().item()).isEqualTo(20);
  }

  @Test
  void aTensorThatAHookHandsOutStaysItsOwners() {
    Tensor mine = Given.vector(5, 6).tensor();
    Variable x = Given.vector(2, 3);
    Variable y = x.mul(2);
    y.addHook(_ -> Variable.of(mine));
    x.addHook(_ -> Variable.of(mine));
    y.sum().backward();
    x.grad().tensor().set(99, 0);
    x.zeroGrad();
    y = x.mul(1);
    y.sum().backward();
    assertThat(mine.toDoubleArray()).containsExactly(5, 6);
    assertThat(Given.values(x.grad())).containsExactly(5, 6);
  }

  @Test
  void gradAppliesAHookOnce() {
    Variable x = Given.scalar(3);
    Variable y = x.mul(2);
    x.addHook(gradient -> gradient.mul(10));
    y.addHook(gradient -> gradient.mul(10));
    List<Variable> gradients = Autograd.grad(y.mul(1), List.of(x, y), false);
    assertThat(gradients.get(1).tensor().item()).isEqualTo(10);
    assertThat(gradients.get(0).tensor().item()).isEqualTo(10 * 2 * 10);
  }

  @Test
  void hooksRunUnderCreateGraphAndAreDifferentiated() {
    Variable x = Given.scalar(3);
    x.addHook(gradient -> gradient.mul(10));
    Variable first = Autograd.grad(x.square(), List.of(x), true).getFirst();
    assertThat(first.tensor().item()).isEqualTo(60);
    assertThat(first.node()).isNotNull();
  }
}
