package dev.espalier.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.RecordingDriver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StagingTest {
  private static final int CHUNK = 4 << 20;

  private final RecordingDriver driver = new RecordingDriver(1L << 30);
  private final OrderedStream stream = new OrderedStream(driver);

  private static MemorySegment numbered(long bytes, Arena arena) {
    MemorySegment segment = arena.allocate(Math.max(1, bytes));
    for (long i = 0; i < bytes; i++) {
      segment.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + (i >> 16)));
    }
    return segment.asSlice(0, bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 13})
  void bytesArriveInBothDirections(int bytes) {
    try (Arena arena = Arena.ofConfined();
        var staging = new Staging(driver)) {
      MemorySegment source = numbered(bytes, arena);
      DevicePointer block = driver.allocate(Math.max(1, bytes));
      staging.toDevice(source, block, stream);
      assertThat(driver.at(block).asSlice(0, bytes).mismatch(source)).isEqualTo(-1);
      MemorySegment back = arena.allocate(Math.max(1, bytes)).asSlice(0, bytes);
      staging.toHost(block, back, stream);
      assertThat(back.mismatch(source)).isEqualTo(-1);
    }
  }

  @Test
  void aChunkIsFilledAgainOnlyAfterItsCopy() {
    driver.eventsAreReached = false;
    try (Arena arena = Arena.ofConfined();
        var staging = new Staging(driver)) {
      staging.toDevice(numbered(6L * CHUNK, arena), driver.allocate(6L * CHUNK), stream);
      assertThat(driver.log)
          .containsSubsequence(
              "s1 record e2", // e1 is the stream's own
              "s1 record e5",
              "e2 synchronize",
              "s1 record e2",
              "e3 synchronize",
              "s1 record e3");
    }
  }

  @Test
  void aFailureIsToldByTheStreamWhichKnowsItsLaunches() {
    try (Arena arena = Arena.ofConfined()) {
      var staging = new Staging(driver);
      DevicePointer block = driver.allocate(4);
      driver.fails =
          command -> command.equals("e2 synchronize") || command.equals("s1 synchronize");
      assertThatExceptionOfType(DriverException.class)
          .isThrownBy(() -> staging.toHost(block, arena.allocate(4), stream))
          .withMessageContaining("s1 synchronize");
      assertThatExceptionOfType(DriverException.class)
          .isThrownBy(() -> staging.toDevice(arena.allocate(4), block, stream))
          .withMessageContaining("s1 synchronize");
      assertThatExceptionOfType(DriverException.class).isThrownBy(staging::close);
      assertThat(driver.log).endsWith("e2 close", "freeHost");
    }
  }

  @Test
  void closingGivesTheLockedMemoryBack() {
    var staging = new Staging(driver);
    try (Arena arena = Arena.ofConfined()) {
      staging.toDevice(numbered(1, arena), driver.allocate(1), stream);
    }
    staging.close();
    assertThat(driver.log).endsWith("e2 synchronize", "e2 close", "freeHost");
  }
}
