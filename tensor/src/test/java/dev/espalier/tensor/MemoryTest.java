package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final int MIB = 1 << 20;

  /** Waits until nothing that earlier tests left behind is freed any more. */
  @BeforeEach
  void settle() throws InterruptedException {
    int before;
    do {
      before = Memory.stats().liveStorages();
      System.gc();
      Thread.sleep(20);
    } while (Memory.stats().liveStorages() != before);
  }

  @AfterEach
  void removeLimit() {
    Memory.setLimit(Long.MAX_VALUE);
  }

  private static Tensor bytes(int count) {
    return Tensor.empty(DType.INT8, Shape.of(count));
  }

  /** A limit that leaves room for so many bytes more. */
  private static void leaveRoom(long bytes) {
    Memory.trim();
    Memory.Stats now = Memory.stats();
    Memory.setLimit(now.bytesInUse() + now.bytesCached() + bytes);
  }

  @Test
  void figuresAreExactlyFlatOverRepeatedSteps() {
    Memory.Stats second = null;
    for (int step = 0; step < 1000; step++) {
      try (var scope = Scope.open("step")) {
        Tensor x = Tensor.full(DType.FLOAT32, Shape.of(37, 41), 2);
        Tensor y = x.transpose().contiguous();
        Tensor wide = Tensor.zeros(DType.FLOAT64, Shape.of(300, 300));
        wide.narrow(0, 0, 41).narrow(1, 0, 37).copyFrom(y);
        scope.keep(y).close();
        assertThat(wide.get(40, 36)).isEqualTo(2);
      }
      if (step == 1) {
        second = Memory.stats();
      }
    }
    Memory.Stats last = Memory.stats();
    assertThat(last.bytesInUse()).isEqualTo(second.bytesInUse());
    assertThat(last.bytesCached()).isEqualTo(second.bytesCached());
    assertThat(last.peakBytesInUse()).isEqualTo(second.peakBytesInUse());
    assertThat(last.liveStorages()).isEqualTo(second.liveStorages());
    long made = last.allocations() - second.allocations();
    assertThat(last.cacheHits() - second.cacheHits()).isEqualTo(made);
  }

  @Test
  void closingReturnsTheBlockToTheCache() {
    Memory.Stats before = Memory.stats();
    Tensor x = bytes(MIB);
    assertThat(Memory.stats().bytesInUse()).isEqualTo(before.bytesInUse() + MIB);
    x.close();
    assertThat(Memory.stats().bytesInUse()).isEqualTo(before.bytesInUse());
    assertThat(Memory.stats().bytesCached()).isGreaterThanOrEqualTo(MIB);
    assertThat(Memory.trim()).isGreaterThanOrEqualTo(MIB);
  }

  @Test
  void theLimitErrorNamesRequestLimitAndHolders() {
    try (var _ = Scope.open("evaluation")) {
      bytes(5 * MIB);
      leaveRoom(MIB);
      assertThatThrownBy(() -> Tensor.empty(DType.FLOAT32, Shape.of(MIB, 3)))
          .isInstanceOf(OutOfTensorMemoryException.class)
          .hasMessageContaining("12,582,912 bytes for a float32 tensor of shape [1048576, 3]")
          .hasMessageContaining("the limit is %,d bytes".formatted(Memory.limit()))
          .hasMessageContaining("int8 [5242880] held by evaluation")
          .hasMessageContaining("-Despalier.memory.limit");
    }
  }

  @Test
  void absurdRequestsFailCleanly() {
    Memory.setLimit(1L << 40);
    assertThatThrownBy(
            () -> Tensor.empty(DType.FLOAT64, Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE / 32)))
        .isInstanceOf(OutOfTensorMemoryException.class);
  }

  @Test
  void atTheLimitTheCacheIsGivenBackFirst() {
    bytes(8 * MIB).close();
    Memory.Stats now = Memory.stats();
    Memory.setLimit(now.bytesInUse() + now.bytesCached() + MIB);
    bytes(6 * MIB).close(); // another size class than the cached 8 MiB
  }

  @Test
  void atTheLimitUnreachableTensorsAreCollected() {
    leaveRoom(10L * MIB);
    for (int i = 0; i < 20; i++) {
      assertThat(bytes(4 * MIB).size()).isEqualTo(4L * MIB); // nobody closes it
    }
  }

  @Test
  void unreachableTensorsOutsideScopesAreFreed() throws InterruptedException {
    Memory.Stats before = Memory.stats();
    makeAndForget();
    for (int wait = 0; wait < 200 && Memory.stats().bytesInUse() > before.bytesInUse(); wait++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(Memory.stats().bytesInUse()).isLessThanOrEqualTo(before.bytesInUse());
  }

  private static void makeAndForget() {
    for (int i = 0; i < 8; i++) {
      Tensor x = bytes(MIB);
      assertThat(x.narrow(0, 0, 1).size()).isEqualTo(1); // a forgotten view as well
    }
  }
}
