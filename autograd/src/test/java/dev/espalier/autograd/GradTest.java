package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Autograd#grad}: gradients at chosen variables. */
class GradTest {
  @Test
  void leavesAreLeftAlone() {
    Variable x = Given.vector(2, 3);
    List<Variable> gradients = Autograd.grad(x.square().sum(), List.of(x), false);
    assertThat(Given.values(gradients.getFirst())).containsExactly(4, 6);
    assertThat(x.grad()).isNull();
  }

  @Test
  void intermediateVariablesGetTheirGradientToo() {
    Variable x = Given.scalar(3);
    Variable y = x.square();
    Variable z = y.mul(5);
    List<Variable> gradients = Autograd.grad(z.add(y), List.of(y, z, x), false);
    assertThat(gradients.get(0).tensor().item()).isEqualTo(6);
    assertThat(gradients.get(1).tensor().item()).isEqualTo(1);
    assertThat(gradients.get(2).tensor().item()).isEqualTo(36);
  }

  @Test
  void theOutputItselfHasGradientOne() {
    Variable y = Given.scalar(3).square();
    assertThat(Autograd.grad(y, List.of(y), false).getFirst().tensor().item()).isEqualTo(1);
    Variable leaf = Given.scalar(3);
    assertThat(Autograd.grad(leaf, List.of(leaf), false).getFirst().tensor().item()).isEqualTo(1);
  }

  @Test
  void unrelatedVariablesHaveGradientZero() {
    Variable x = Given.vector(2, 3);
    Variable other = Given.leaf(Shape.of(2, 2), 1, 2, 3, 4);
    Variable unrelated = other.exp();
    List<Variable> gradients = Autograd.grad(x.sum(), List.of(other, unrelated), false);
    assertThat(gradients).allSatisfy(g -> assertThat(g.shape()).isEqualTo(Shape.of(2, 2)));
    assertThat(gradients).allSatisfy(g -> assertThat(Given.values(g)).containsOnly(0));
  }

  @Test
  void aChosenGradientAtTheOutputWeightsTheResult() {
    Variable x = Given.vector(2, 3);
    Variable gradient =
        Autograd.grad(x.square(), Given.vector(1, 10), List.of(x), false).getFirst();
    assertThat(Given.values(gradient)).containsExactly(4, 60);
  }

  @Test
  void createGraphKeepsTheGraph() {
    Variable x = Given.scalar(2);
    Variable y = x.pow(3);
    Variable first = Autograd.grad(y, List.of(x), true).getFirst();
    Variable again = Autograd.grad(y, List.of(x), true).getFirst();
    assertThat(again.tensor().item()).isEqualTo(first.tensor().item()).isEqualTo(12);
  }

  @Test
  void gradientsAtLeavesThatNobodyAskedForAreFreed() throws InterruptedException {
    Given.settledMemory();
    try (var _ = Scope.open("test")) {
      Variable x = Given.random(1, 4, 4);
      Variable w = Given.random(2, 4, 4);
      Variable loss = x.matmul(w).square().sum();
      int before = Memory.stats().liveStorages();
      List<Variable> gradients = Autograd.grad(loss, List.of(w), false);
      assertThat(Memory.stats().liveStorages()).isEqualTo(before + 1);
      assertThat(gradients.getFirst().shape()).isEqualTo(w.shape());
    }
  }
}
