package dev.espalier.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.RecordingDriver;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.OutOfTensorMemoryException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeviceAllocatorTest {
  private static final Device DEVICE = new Device("cuda", 7);
  private static final int KIB = 1024;

  private final RecordingDriver driver = new RecordingDriver(64 * KIB);
  private final DeviceAllocator allocator =
      new DeviceAllocator(driver, DEVICE, DeviceAllocator.Mode.CACHED);
  private final OrderedStream first = new OrderedStream(driver);
  private final OrderedStream second = new OrderedStream(driver);

  private DeviceBuffer block(long bytes, OrderedStream stream) {
    return allocator.allocate(bytes, "a test", stream);
  }

  @Test
  void figuresAreFlatFromTheSecondStepOn() {
    Memory.Stats before = null;
    for (int step = 0; step < 4; step++) {
      List<DeviceBuffer> held = new ArrayList<>();
      for (long bytes : new long[] {0, 1, 63, 64, 65, 1000, 5 * KIB, 9 * KIB + 1}) {
        held.add(block(bytes, first));
      }
      held.forEach(DeviceBuffer::release);
      Memory.Stats after = allocator.stats();
      if (before != null) {
        assertThat(after.bytesCached()).isEqualTo(before.bytesCached());
        assertThat(after.peakBytesInUse()).isEqualTo(before.peakBytesInUse());
        assertThat(after.cacheHits() - before.cacheHits()).isEqualTo(held.size());
      }
      assertThat(after.bytesInUse()).isZero();
      assertThat(after.liveStorages()).isZero();
      before = after;
    }
  }

  @Test
  void aBlockReturnsToItsOwnStreamWithoutWaiting() {
    DeviceBuffer block = block(KIB, first);
    first.fill(block.use(first), (byte) 1, KIB);
    block.release();
    assertThat(block(KIB, first)).isSameAs(block);
    assertThat(driver.log).noneMatch(line -> line.contains("await"));
  }

  @Test
  void anotherStreamWaitsForTheFormerUserOfABlock() {
    DeviceBuffer block = block(KIB, first);
    first.fill(block.use(first), (byte) 1, KIB);
    block.release();
    assertThat(block(KIB, second)).isSameAs(block);
    assertThat(driver.log).endsWith("s1 record e1", "s2 await e1");
  }

  @Test
  void nobodyWaitsForWorkThatIsKnownToBeDone() {
    DeviceBuffer block = block(KIB, first);
    first.fill(block.use(first), (byte) 1, KIB);
    first.synchronize();
    block.use(second);
    assertThat(driver.log).noneMatch(line -> line.contains("await"));
    second.fill(block.use(second), (byte) 1, KIB);
    block.use(first);
    assertThat(driver.log).endsWith("s2 record e2", "s1 await e2");
  }

  @Test
  void whoHasWaitedAlreadyDoesNotWaitAgain() {
    DeviceBuffer one = block(KIB, first);
    DeviceBuffer two = block(KIB, first);
    first.fill(one.use(first), (byte) 1, KIB);
    one.use(second);
    two.use(second);
    assertThat(driver.log).filteredOn(line -> line.contains("await")).hasSize(1);
  }

  @Test
  void aBlockIsNotLostWhenItsFormerUserFails() {
    DeviceBuffer block = block(KIB, first);
    first.fill(block.use(first), (byte) 1, KIB);
    block.release();
    driver.fails = command -> command.contains("record");
    assertThatExceptionOfType(DriverException.class).isThrownBy(() -> block(KIB, second));
    assertThat(allocator.stats().liveStorages()).isZero();
    driver.fails = command -> false;
    assertThat(block(KIB, second)).isSameAs(block);
  }

  @Test
  void aBlockOfTheSameStreamIsPreferred() {
    DeviceBuffer mine = block(KIB, first);
    DeviceBuffer theirs = block(KIB, second);
    mine.release();
    theirs.release();
    assertThat(block(KIB, first)).isSameAs(mine);
  }

  @Test
  void aFullDeviceGetsItsCacheBackOnce() {
    block(30 * KIB, first).release();
    assertThat(allocator.stats().bytesCached()).isPositive();
    DeviceBuffer large = block(60 * KIB, first);
    assertThat(large.byteSize()).isGreaterThanOrEqualTo(60 * KIB);
    assertThat(allocator.stats().bytesCached()).isZero();
    assertThat(driver.blocks()).isOne();
  }

  @Test
  void aFailureSaysWhatThereIsAndTheProgramGoesOn() {
    DeviceBuffer held = block(40 * KIB, first);
    assertThatExceptionOfType(OutOfTensorMemoryException.class)
        .isThrownBy(() -> block(40 * KIB, first))
        .withMessageContainingAll("40,960 bytes", "cuda:7", "a test", "65,536", "24,576", "Scope");
    assertThat(allocator.stats().bytesInUse()).isEqualTo(held.byteSize());
    held.release();
    assertThat(block(40 * KIB, first)).isSameAs(held);
  }

  @Test
  void sizesBeyondAnyDeviceAreRefusedAsFull() {
    assertThatExceptionOfType(OutOfTensorMemoryException.class)
        .isThrownBy(() -> block(Long.MAX_VALUE, first));
  }

  @Test
  void exactBlocksHaveTheirOwnEndAndAreFreedAtOnce() {
    var exact = new DeviceAllocator(driver, DEVICE, DeviceAllocator.Mode.EXACT);
    DeviceBuffer block = exact.allocate(67, "a test", first);
    assertThat(block.byteSize()).isEqualTo(67);
    assertThat(driver.blocks()).isOne();
    block.release();
    assertThat(driver.blocks()).isZero();
    assertThat(exact.stats().bytesCached()).isZero();
  }

  @Test
  void leaksAreCountedUntilGivenBack() {
    assertThat(allocator.leaks()).isEmpty();
    DeviceBuffer one = block(100, first);
    DeviceBuffer two = block(100, first);
    assertThat(allocator.leaks().getFirst())
        .isEqualTo("256 bytes in 2 blocks of cuda:7 are in use");
    one.release();
    two.release();
    assertThat(allocator.leaks()).isEmpty();
  }

  @Test
  void aClosedAllocatorHandsOutNothing() {
    DeviceBuffer late = block(100, first);
    block(200, first).release();
    allocator.close();
    assertThat(driver.blocks()).isOne();
    late.release(); // a tensor closed after its device is no error
    assertThatIllegalStateException()
        .isThrownBy(() -> block(1, first))
        .withMessageContaining("cuda:7");
  }
}
