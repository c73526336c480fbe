package dev.espalier.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MachineTest {
  @Test
  void detectsTheProcessThatAsks() {
    Machine machine = Machine.detect();
    assertThat(machine.jdk()).startsWith(Runtime.version().toString());
    assertThat(machine.os()).contains(System.getProperty("os.arch"));
    assertThat(machine.cpu()).isNotBlank();
    assertThat(machine.cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(machine.heapBytes()).isPositive().isLessThanOrEqualTo(machine.memoryBytes());
    assertThat(machine.directBytes()).isPositive();
  }

  @Test
  void vectorsAreAWholeNumberOfFloats() {
    assertThat(VectorModule.preferredBits()).isPresent();
    assertThat(VectorModule.preferredBits().getAsInt())
        .isGreaterThanOrEqualTo(64)
        .matches(b -> b % 32 == 0);
  }
}
