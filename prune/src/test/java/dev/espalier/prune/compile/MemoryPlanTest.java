package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.Sigmoid;
import dev.espalier.prune.Nets;
import dev.espalier.prune.compile.MemoryPlan.Buffer;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {
  private static Linear linear(int in, int out) {
    return new Linear(in, out, new Generator(1));
  }

  private static MemoryPlan plan(Shape input, int rows, Module... layers) {
    Tensor example = Nets.inputs(input, 2);
    try (var model = Compiler.compile(new Sequential(layers), example, FormatChoice.dense())) {
      return model.plan(rows);
    }
  }

  /** Widths 16, 32, 48, 64 of one row of floats: 64, 128, 192 and (the output) 256 bytes. */
  @Test
  void aChainNeedsItsTwoLargestNeighbours() {
    MemoryPlan plan =
        plan(Shape.of(4), 1, linear(4, 16), linear(16, 32), linear(32, 48), linear(48, 64));
    assertThat(plan.buffers()).hasSize(3);
    assertThat(plan.unsharedBytes()).isEqualTo(64 + 128 + 192);
    assertThat(plan.peakBytes()).isEqualTo(128 + 192);
  }

  @Test
  void aShortcutKeepsItsInputUntilTheAddition() {
    MemoryPlan plan =
        plan(
            Shape.of(4),
            1,
            linear(4, 16),
            new Residual(new Sequential(linear(16, 16), linear(16, 16)), null),
            linear(16, 4));
    assertThat(plan.buffers()).hasSize(3);
    Buffer shortcut = plan.buffers().getFirst();
    assertThat(shortcut.steps()).isEqualTo("linear 0.weight");
    assertThat(shortcut.last()).isEqualTo(3);
    assertThat(plan.peakBytes()).isEqualTo(3 * 64);
  }

  @Test
  void elementwiseStepsWriteOverWhatNobodyReadsAfterwards() {
    MemoryPlan plan =
        plan(
            Shape.of(2, 4, 4),
            1,
            new Conv2d(2, 2, 3, ConvSpec.of(1, 1), new Generator(2)),
            new Sigmoid(),
            new Residual(new Sigmoid(), null),
            new Flatten(),
            linear(32, 3));
    assertThat(plan.buffers())
        .extracting(Buffer::steps)
        .containsExactly("conv2d 0.weight -> sigmoid", "sigmoid -> add -> flatten");
    assertThat(plan.peakBytes()).isEqualTo(2 * 128);
  }

  @Test
  void theInputIsNeverWrittenOver() {
    Module module = new Sequential(new Flatten(), new ReLU(), new Sigmoid(), linear(16, 2));
    Tensor x = Nets.inputs(Shape.of(4, 4), 2);
    double[] before = x.toDoubleArray();
    try (var model = Compiler.compile(module, x)) {
      Nets.assertClose(model.run(x), Nets.outputs(module, x), 1e-6);
      assertThat(x.toDoubleArray()).isEqualTo(before);
      assertThat(model.plan(1).buffers())
          .extracting(Buffer::steps)
          .containsExactly("relu -> sigmoid");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-5-relu", "resnet-8", "vgg-tiny", "resnet-20"})
  void buffersThatAreNeededTogetherDoNotOverlap(String name) {
    try (var model = Compiler.compile(Nets.zoo(name), Nets.inputs(name, 1))) {
      MemoryPlan plan = model.plan(5);
      long largest = 0;
      for (Buffer one : plan.buffers()) {
        assertThat(one.offset() % 64).isZero();
        assertThat(one.bytes()).isGreaterThanOrEqualTo(4 * one.shape().size());
        assertThat(one.end()).isLessThanOrEqualTo(plan.peakBytes());
        largest = Math.max(largest, one.bytes());
        for (Buffer other : plan.buffers()) {
          if (!one.equals(other) && one.meets(other)) {
            assertThat(one.end() <= other.offset() || other.end() <= one.offset())
                .as("%s and %s", one, other)
                .isTrue();
          }
        }
      }
      assertThat(plan.peakBytes()).isBetween(largest, plan.unsharedBytes() - 1);
      assertThat(plan.toString())
          .contains("%,d bytes for 5 rows".formatted(plan.peakBytes()))
          .hasLineCount(plan.buffers().size() + 2);
    }
  }

  @Test
  void thePlanIsWhatARunAllocates() throws InterruptedException {
    Module module =
        new Sequential(
            new Conv2d(3, 64, 3, ConvSpec.of(1, 1), new Generator(2)),
            new ReLU(),
            new MaxPool2d(2),
            new Flatten(),
            linear(64 * 16 * 16, 10));
    Tensor x = Nets.inputs(Shape.of(3, 32, 32), 8);
    try (var model = Compiler.compile(module, x, FormatChoice.dense())) {
      long planned = model.plan(8).peakBytes();
      Nets.settledMemory();
      long before = Memory.stats().bytesInUse();
      model.run(x).close();
      long kept = Memory.stats().bytesInUse() - before;
      assertThat(kept).isBetween(planned, planned + planned / 4); // rounded to a size class
      model.trim();
      assertThat(Memory.stats().bytesInUse()).isEqualTo(before);
    }
  }

  @Test
  void aPlanNeedsARow() {
    try (var model = Compiler.compile(linear(4, 2), Nets.inputs(Shape.of(4), 1))) {
      assertThatThrownBy(() -> model.plan(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least one row but got 0");
    }
  }

  @Test
  void activationsBeyondTheIndexRangeAreRefusedByName() {
    try (var model =
        Compiler.compile(
            new Sequential(linear(1, 4096), linear(4096, 1)), Nets.inputs(Shape.of(1), 1))) {
      assertThat(model.plan(500_000).peakBytes()).isEqualTo(500_000L * 4096 * 4);
      assertThatThrownBy(() -> model.plan(600_000))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("'linear 0.weight' of 600000 rows", "2457600000", "smaller");
    }
  }
}
