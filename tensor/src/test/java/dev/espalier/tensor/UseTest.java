package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UseTest {
  @BeforeEach
  void settle() throws InterruptedException {
    new MemoryTest().settle();
  }

  @Test
  void aKernelKeepsMemoryAliveWhileAnotherThreadCloses() throws InterruptedException {
    Memory.Stats before = Memory.stats();
    Tensor x = Tensor.full(DType.FLOAT32, Shape.of(1 << 20), 3);
    long held = Memory.stats().bytesInUse() - before.bytesInUse();
    try (var _ = Use.of("test", x)) {
      MemorySegment data = x.segment();
      var closed = new CountDownLatch(1);
      Thread other =
          new Thread(
              () -> {
                x.close();
                Memory.trim();
                closed.countDown();
              });
      other.start();
      closed.await();
      other.join();
      assertThat(Memory.stats().bytesInUse() - before.bytesInUse()).isEqualTo(held);
      assertThat(data.getAtIndex(ValueLayout.JAVA_FLOAT, (1 << 20) - 1)).isEqualTo(3);
      assertThatThrownBy(x::segment).isInstanceOf(IllegalStateException.class);
    }
    assertThat(Memory.stats().bytesInUse()).isEqualTo(before.bytesInUse());
  }

  @Test
  void refusesClosedTensorsAndReleasesTheOthers() {
    Tensor open = Tensor.zeros(DType.FLOAT32, Shape.of(2));
    Tensor closed = Tensor.zeros(DType.FLOAT32, Shape.of(2));
    closed.close();
    int live = Memory.stats().liveStorages();
    assertThatThrownBy(() -> Use.of("matmul", open, null, closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("matmul: the float32 tensor of shape [2] is closed");
    open.close();
    assertThat(Memory.stats().liveStorages()).isEqualTo(live - 1);
  }

  @Test
  void absentOperandsAreSkipped() {
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(2));
    try (var use = Use.of("linear", null, x, null)) {
      assertThat(use.backend()).isSameAs(Backends.of(Device.CPU));
    }
    x.close();
  }
}
