package dev.espalier.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.LaunchSequence;
import dev.espalier.cuda.driver.LaunchShape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The driver around the kernels: memory, streams, captures, refusals. */
final class EmulatedDriverTest {
  private static final String INCREMENT =
      EmulatorFixture.kernel(
          1, "ld.global.u32 %r0, [%rd0];\nadd.s32 %r0, %r0, 1;\nst.global.u32 [%rd0], %r0;");

  @Test
  void capturedCommandsRunWhenReplayed() {
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer number = emulator.ints(5);
      var kernel = emulator.driver.load(INCREMENT).kernel("k");
      emulator.stream.beginCapture();
      assertThatThrownBy(emulator.stream::synchronize).isInstanceOf(DriverException.class);
      emulator.stream.launch(
          kernel,
          LaunchShape.of(Extent.of(1), Extent.of(1)),
          List.of(new KernelArgument.Pointer(number)));
      LaunchSequence sequence = emulator.stream.endCapture();
      assertThat(sequence.size()).isEqualTo(1);
      assertThat(emulator.ints(number, 1)).containsExactly(5);
      emulator.stream.replay(sequence);
      emulator.stream.replay(sequence);
      assertThat(emulator.ints(number, 1)).containsExactly(7);
    }
  }

  @Test
  void deferredCommandsRunWhenWaitedFor() {
    try (EmulatedDriver driver = EmulatedDriver.builder().deferred(true).build();
        CommandStream first = driver.openStream();
        CommandStream second = driver.openStream();
        Event event = driver.openEvent()) {
      MemorySegment host = driver.allocateHost(4);
      DevicePointer device = driver.allocate(4);
      host.set(ValueLayout.JAVA_INT, 0, 1);
      first.copyToDevice(host, device);
      // Too early: the copy has not happened.
      host.set(ValueLayout.JAVA_INT, 0, 2);
      first.record(event);
      assertThat(event.isReached()).isFalse();
      second.await(event);
      second.copyToHost(device, host);
      host.set(ValueLayout.JAVA_INT, 0, 3);
      second.synchronize();
      assertThat(event.isReached()).isTrue();
      assertThat(host.get(ValueLayout.JAVA_INT, 0)).isEqualTo(3);
      driver.freeHost(host);
    }
  }

  @Test
  void aWaitRunsNothingBehindTheEvent() {
    try (EmulatedDriver driver = EmulatedDriver.builder().deferred(true).build();
        CommandStream first = driver.openStream();
        CommandStream second = driver.openStream();
        Event event = driver.openEvent()) {
      MemorySegment host = driver.allocateHost(1);
      DevicePointer device = driver.allocate(1);
      first.fill(device, (byte) 1, 1);
      first.record(event);
      second.await(event);
      second.copyToHost(device, host);
      first.fill(device, (byte) 2, 1);
      first.record(event); // who waits already waits for the earlier record
      second.synchronize();
      assertThat(host.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
      assertThat(event.isReached()).isFalse();
      driver.freeHost(host);
    }
  }

  @Test
  void oneThreadIssuesWhileAnotherWaits() throws InterruptedException {
    try (EmulatedDriver driver = EmulatedDriver.builder().deferred(true).build();
        CommandStream stream = driver.openStream();
        CommandStream copies = driver.openStream()) {
      int rounds = 20_000;
      DevicePointer device = driver.allocate(rounds);
      var running = new AtomicBoolean(true);
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (running.get()) {
                      driver.free(driver.allocate(1)); // waits for all streams
                    }
                  });
      for (int i = 0; i < rounds; i++) {
        stream.fill(device.plus(i), (byte) 1, 1);
      }
      running.set(false);
      other.join();
      stream.synchronize();
      MemorySegment host = driver.allocateHost(rounds);
      copies.copyToHost(device, host); // refuses what was never written
      copies.synchronize();
      driver.freeHost(host);
    }
  }

  @Test
  void refusals() {
    try (EmulatorFixture emulator =
        new EmulatorFixture(EmulatedDriver.builder().memoryBytes(1000))) {
      assertThatThrownBy(() -> emulator.driver.allocate(1001))
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("1000 of 1000 bytes are free");
      DevicePointer pointer = emulator.driver.allocate(400);
      assertThatThrownBy(() -> emulator.driver.free(pointer.plus(4)))
          .hasMessageContaining("offset 4 of allocation #1");
      var program = emulator.driver.load(INCREMENT);
      assertThatThrownBy(() -> program.kernel("other")).hasMessageContaining("it has k");
      var kernel = program.kernel("k");
      LaunchShape shape = LaunchShape.of(Extent.of(1), Extent.of(1));
      assertThatThrownBy(() -> emulator.stream.launch(kernel, shape, List.of()))
          .hasMessageContaining("0 arguments for 1 parameters");
      assertThatThrownBy(
              () -> emulator.stream.launch(kernel, shape, List.of(new KernelArgument.Int32(1))))
          .hasMessageContaining("of 4 bytes, but the parameter is a whole number or address of 8");
      var ofFloat = emulator.driver.load(INCREMENT.replace(".param .u64", ".param .f64"));
      assertThatThrownBy(
              () ->
                  emulator.stream.launch(
                      ofFloat.kernel("k"), shape, List.of(new KernelArgument.Int64(1))))
          .hasMessageContaining("a floating-point number of 8");
      assertThatThrownBy(() -> emulator.driver.load(INCREMENT.replace("8.0", "10.2")))
          .hasMessageContaining("10.2");
      assertThatThrownBy(() -> emulator.driver.load(INCREMENT.replace("sm_80", "sm_100")))
          .hasMessageContaining("sm_100");
      for (String odd : List.of("99999999999.0", ".5")) {
        assertThatThrownBy(() -> emulator.driver.load(INCREMENT.replace("8.0", odd)))
            .isInstanceOf(DriverException.class);
      }
      assertThatThrownBy(() -> emulator.driver.load(INCREMENT.replace("sm_80", "sm_99999999999")))
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("sm_99999999999");
      assertThatThrownBy(() -> emulator.driver.load("not PTX")).isInstanceOf(DriverException.class);
      emulator.driver.free(pointer);
      assertThat(emulator.driver.liveAllocations()).isEmpty();
    }
  }

  @Test
  void whatWasNeverWrittenIsNotCopiedBack() {
    try (EmulatorFixture emulator = new EmulatorFixture()) {
      DevicePointer pointer = emulator.driver.allocate(8);
      emulator.stream.fill(pointer, (byte) 1, 4);
      assertThat(emulator.ints(pointer, 1)).containsExactly(0x01010101);
      assertThatThrownBy(() -> emulator.ints(pointer, 2)).hasMessageContaining("not all written");
      DevicePointer copy = emulator.ints(1, 2);
      emulator.stream.copyOnDevice(pointer, copy, 8);
      assertThatThrownBy(() -> emulator.ints(copy, 2)).hasMessageContaining("not all written");
    }
  }
}
