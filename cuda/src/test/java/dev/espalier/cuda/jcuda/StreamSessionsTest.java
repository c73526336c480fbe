package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.RecordingDriver;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.memory.CapturedStep;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.OrderedStream;
import dev.espalier.cuda.memory.Uploads;
import dev.espalier.tensor.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The workspaces that cuBLAS gets, with a library that only knows its workspace. */
final class StreamSessionsTest {
  private static final int BYTES = 64;
  private static final Device DEVICE = new Device("cuda", 0);

  /** What a call gets as its handle. */
  private static DevicePointer call(StreamSessions<DevicePointer> sessions, OrderedStream stream) {
    DevicePointer[] got = new DevicePointer[1];
    sessions.issue(stream, (_, workspace) -> workspace, handle -> got[0] = handle);
    return got[0];
  }

  @Test
  void eachStreamHasASessionAndItsMemoryIsOurs() {
    var driver = new RecordingDriver(1 << 20);
    var allocator = new DeviceAllocator(driver, DEVICE, DeviceAllocator.Mode.CACHED);
    var first = new OrderedStream(driver);
    var sessions = new StreamSessions<DevicePointer>(allocator, 1000, "a library");
    DevicePointer handle = call(sessions, first);
    assertThat(call(sessions, first)).isEqualTo(handle);
    assertThat(call(sessions, new OrderedStream(driver))).isNotEqualTo(handle);
    assertThat(sessions.handles()).hasSize(2);
    assertThat(allocator.stats().bytesInUse()).isGreaterThanOrEqualTo(2000);
    assertThat(allocator.leaks()).isNotEmpty();
    sessions.close();
    assertThat(allocator.leaks()).isEmpty();
  }

  @Test
  void aCacheMakesRoomForAWorkspace() {
    var driver = new RecordingDriver(1 << 20);
    var allocator = new DeviceAllocator(driver, DEVICE, DeviceAllocator.Mode.CACHED);
    var stream = new OrderedStream(driver);
    allocator.allocate(900 << 10, "a test", stream).close();
    var sessions = new StreamSessions<DevicePointer>(allocator, 300 << 10, "a library");
    assertThat(call(sessions, stream)).isNotNull();
  }

  @Test
  void aHandleThatDoesNotOpenCostsNothing() {
    var driver = new RecordingDriver(1 << 20);
    var allocator = new DeviceAllocator(driver, DEVICE, DeviceAllocator.Mode.CACHED);
    var stream = new OrderedStream(driver);
    var sessions = new StreamSessions<DevicePointer>(allocator, 1000, "a library");
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(
            () ->
                sessions.issue(
                    stream,
                    (_, _) -> {
                      throw new DriverException("create", "no");
                    },
                    _ -> {}));
    assertThat(allocator.leaks()).isEmpty();
    assertThat(sessions.handles()).isEmpty();
  }

  /** One product: writes to the workspace, and takes the result from there. */
  private static void product(
      StreamSessions<DevicePointer> sessions, OrderedStream stream, int value, DevicePointer out) {
    sessions.issue(
        stream,
        (_, workspace) -> workspace,
        workspace -> {
          stream.fill(workspace, (byte) value, BYTES);
          stream.copyOnDevice(workspace, out, BYTES);
        });
  }

  @Test
  void aReplayElsewhereDoesNotMeetTheWorkspacesOwner() {
    try (EmulatedDriver driver = EmulatedDriver.builder().deferred(true).build();
        Arena arena = Arena.ofConfined()) {
      var allocator = new DeviceAllocator(driver, DEVICE, DeviceAllocator.Mode.CACHED);
      var owner = new OrderedStream(driver);
      var other = new OrderedStream(driver);
      var sessions = new StreamSessions<DevicePointer>(allocator, BYTES, "a library");
      DevicePointer[] out = {driver.allocate(BYTES), driver.allocate(BYTES)};
      Runnable work = () -> product(sessions, owner, 1, out[0]);
      CapturedStep step =
          CapturedStep.capture(owner, allocator, new Uploads(driver, allocator), work);
      product(sessions, owner, 2, out[1]);
      step.replay(other);
      product(sessions, owner, 3, out[1]);
      // whose work is done is known only to those who wait: the last must have waited for all
      MemorySegment host = arena.allocate(BYTES);
      owner.copyToHost(out[0], host);
      owner.synchronize();
      assertThat(host.get(ValueLayout.JAVA_BYTE, 0)).isOne();
      owner.copyToHost(out[1], host);
      owner.synchronize();
      assertThat(host.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 3);
      step.close();
    }
  }

  @Test
  void aReplayElsewhereWaitsForACallThatIsBeingIssued() throws InterruptedException {
    var driver = new RecordingDriver(1 << 20);
    var allocator = new DeviceAllocator(driver, DEVICE, DeviceAllocator.Mode.CACHED);
    var owner = new OrderedStream(driver);
    var other = new OrderedStream(driver);
    var sessions = new StreamSessions<DevicePointer>(allocator, BYTES, "a library");
    DevicePointer out = driver.allocate(BYTES);
    CapturedStep step =
        CapturedStep.capture(
            owner,
            allocator,
            new Uploads(driver, allocator),
            () -> product(sessions, owner, 1, out));
    Thread[] replaying = new Thread[1];
    sessions.issue(
        owner,
        (_, workspace) -> workspace,
        workspace -> {
          replaying[0] = Thread.ofPlatform().start(() -> step.replay(other));
          while (replaying[0].isAlive() && replaying[0].getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
          }
          owner.fill(workspace, (byte) 2, BYTES);
        });
    replaying[0].join();
    assertThat(driver.log).endsWith("s1 fill 64", "s1 record e1", "s2 await e1", "s2 replay 2");
  }
}
