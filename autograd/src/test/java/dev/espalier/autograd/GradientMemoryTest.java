package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who owns which memory, and when it is freed. */
class GradientMemoryTest {
  private final Variable kernel = Given.random(1, 3, 2, 3, 3);
  private final Variable weight = Given.random(2, 4, 12);
  private final Variable bias = Given.random(3, 4);
  private final Tensor image = Given.random(4, 2, 2, 6, 6).tensor();
  private final Tensor labels = Given.indices(1, 3);

  @BeforeEach
  void settle() throws InterruptedException {
    Given.settledMemory();
  }

  private Variable loss() {
    Variable y = F.conv2d(Variable.of(image), kernel, null, null, ConvSpec.DEFAULT).relu();
    Variable pooled = F.maxPool2d(y, PoolSpec.of(2, 2));
    return F.crossEntropy(F.linear(F.flatten(pooled), weight, bias), labels, 0.1);
  }

  private void step() {
    try (var _ = Scope.open("step")) {
      loss().backward();
    }
  }

  @Test
  void repeatedStepsHoldNoMoreMemoryThanTheSecond() {
    step();
    step();
    Memory.Stats second = Memory.stats();
    for (int i = 0; i < 20; i++) {
      step();
    }
    Memory.Stats last = Memory.stats();
    assertThat(last.bytesInUse()).isEqualTo(second.bytesInUse());
    assertThat(last.bytesCached()).isEqualTo(second.bytesCached());
    assertThat(last.liveStorages()).isEqualTo(second.liveStorages());
  }

  @Test
  void leafGradientsOutliveTheScopeOfTheStep() {
    step();
    assertThat(kernel.grad().tensor().isClosed()).isFalse();
    double[] once = Given.values(bias.grad());
    step();
    assertThat(Given.values(bias.grad()))
        .containsExactly(Arrays.stream(once).map(g -> 2 * g).toArray());
  }

  @Test
  void aBackwardPassLeavesOnlyTheLeafGradients() {
    try (var _ = Scope.open("test")) {
      Variable loss = loss();
      Variable seed = Variable.of(Tensor.scalar(loss.dtype(), 1));
      int before = Memory.stats().liveStorages();
      loss.backward(seed, true, false);
      assertThat(Memory.stats().liveStorages()).isEqualTo(before + 3);
    }
  }

  @Test
  void secondDerivativesInsideAScopeAreFreedWithIt() {
    int before = Memory.stats().liveStorages();
    for (int i = 0; i < 3; i++) {
      try (var _ = Scope.open("second")) {
        Variable first = Autograd.grad(loss(), List.of(weight), true).getFirst();
        Autograd.grad(first.square().sum(), List.of(weight, kernel), false);
      }
    }
    assertThat(Memory.stats().liveStorages()).isEqualTo(before);
  }

  @Test
  void backwardAfterTheRecordingScopeHasClosedIsRefused() {
    Variable loss;
    try (var scope = Scope.open("forward")) {
      loss = weight.exp().square().sum();
      scope.keep(loss.tensor());
    }
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'powScalar'", "closed", "inside the scope");
  }
}
