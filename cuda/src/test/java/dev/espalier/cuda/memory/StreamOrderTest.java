package dev.espalier.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.tensor.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads share memory on a device that runs everything as late as it may. */
final class StreamOrderTest {
  private static final int BYTES = 64;

  private final EmulatedDriver driver = EmulatedDriver.builder().deferred(true).build();
  private final DeviceAllocator allocator =
      new DeviceAllocator(driver, new Device("cuda", 0), DeviceAllocator.Mode.CACHED);
  private final OrderedStream first = new OrderedStream(driver);
  private final OrderedStream second = new OrderedStream(driver);
  private final OrderedStream third = new OrderedStream(driver);
  private final DeviceBuffer block = allocator.allocate(BYTES, "a test", first);
  private final DevicePointer seen = driver.allocate(BYTES);
  private final DevicePointer seenToo = driver.allocate(BYTES);

  @AfterEach
  void closeDriver() {
    driver.close();
  }

  /** What a stream has written, after all that it had to wait for. */
  private int read(DevicePointer place, OrderedStream stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(BYTES);
      stream.copyToHost(place, host);
      stream.synchronize();
      return host.get(ValueLayout.JAVA_BYTE, 0);
    }
  }

  /** The first stream holds the address when the second comes, and reads only then. */
  private void readTogether() {
    first.fill(block.use(first), (byte) 1, BYTES);
    DevicePointer address = block.use(first);
    second.copyOnDevice(block.use(second), seenToo, BYTES);
    first.copyOnDevice(address, seen, BYTES);
  }

  @Test
  void aFreedBlockWaitsForAllWhoUsedItTogether() {
    readTogether();
    block.close();
    DeviceBuffer next = allocator.allocate(BYTES, "a test", second);
    assertThat(next).isSameAs(block);
    second.fill(next.use(second), (byte) 9, BYTES);
    assertThat(read(next.pointer(), second)).isEqualTo(9);
    assertThat(read(seenToo, second)).isOne();
    assertThat(read(seen, first)).isOne();
  }

  @Test
  void aWriterWaitsForAllReaders() {
    readTogether();
    third.fill(block.use(third), (byte) 9, BYTES);
    third.synchronize();
    assertThat(read(seen, first)).isOne();
    assertThat(read(seenToo, second)).isOne();
  }

  @Test
  void threadsThatTakeTurnsSeeEachOthersWork() {
    OrderedStream[] streams = {first, second, third};
    DeviceBuffer other = allocator.allocate(BYTES, "a test", first);
    first.fill(block.use(first), (byte) 0, BYTES);
    for (int turn = 1; turn <= 9; turn++) {
      OrderedStream stream = streams[turn % 3];
      stream.copyOnDevice(block.use(stream), other.use(stream), BYTES);
      stream.fill(block.use(stream), (byte) turn, BYTES);
      OrderedStream reader = streams[(turn + 1) % 3];
      reader.copyOnDevice(other.use(reader), seen, BYTES);
      if (turn % 4 == 0) {
        assertThat(read(seen, reader)).isEqualTo(turn - 1);
      }
    }
    assertThat(read(block.use(second), second)).isEqualTo(9);
  }
}
