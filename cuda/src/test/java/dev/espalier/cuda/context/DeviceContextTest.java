package dev.espalier.cuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.RecordingDriver;
import dev.espalier.cuda.memory.CapturedStep;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DeviceContextTest {
  private static final String MODULE = "movement";
  private static final String KERNEL = "fill_bytes";

  private final RecordingDriver driver = new RecordingDriver(1 << 20);
  private final DeviceContext context = context(DeviceAllocator.Mode.CACHED);

  private DeviceContext context(DeviceAllocator.Mode mode) {
    return new DeviceContext(driver, new Device("cuda", 0), mode);
  }

  @AfterEach
  void closeContext() {
    context.close();
  }

  private DeviceBuffer block() {
    return context.allocate(1000, DType.FLOAT32, Shape.of(250));
  }

  // ---- launches

  @Test
  void aModuleIsLoadedWhenItsFirstKernelIsLaunched() {
    assertThat(driver.log).doesNotContain("load");
    context.launch(MODULE, KERNEL).overElements(1);
    context.launch(MODULE, KERNEL).overElements(1);
    assertThat(driver.log).filteredOn("load"::equals).hasSize(1);
    context.close();
    assertThat(driver.log).endsWith("unload", "close");
  }

  @Test
  void unknownModulesAndKernelsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> context.launch("nothing", KERNEL))
        .withMessageContainingAll("nothing.ptx", "-Dptx=build");
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(() -> context.launch(MODULE, "nothing"))
        .withMessageContaining("nothing");
  }

  @Test
  void gridsCoverTheElementsUpToAFewWaves() {
    for (long n : new long[] {0, 1, 255, 256, 257, 1L << 40}) {
      context.launch(MODULE, KERNEL).overElements(n);
    }
    assertThat(driver.log)
        .filteredOn(line -> line.contains("launch"))
        .extracting(line -> line.substring(line.indexOf(KERNEL)))
        .containsExactly(
            "fill_bytes 1 x 256",
            "fill_bytes 1 x 256",
            "fill_bytes 1 x 256",
            "fill_bytes 2 x 256",
            "fill_bytes 128 x 256");
  }

  @Test
  void argumentsKeepTheirOrderAndAbsentTensorsAreZero() {
    context
        .launch(MODULE, KERNEL)
        .tensor(null)
        .int32(1)
        .int64(2)
        .number(DType.FLOAT32, 0.5)
        .number(DType.FLOAT64, 0.5)
        .pointer(new DevicePointer(64))
        .overElements(1);
    assertThat(driver.arguments.getLast())
        .containsExactly(
            new KernelArgument.Int64(0),
            new KernelArgument.Int32(1),
            new KernelArgument.Int64(2),
            new KernelArgument.Float32(0.5f),
            new KernelArgument.Float64(0.5),
            new KernelArgument.Pointer(new DevicePointer(64)));
  }

  @Test
  void muchSharedMemoryIsAskedForAndTooMuchIsRefused() {
    Extent one = Extent.of(1);
    context.launch(MODULE, KERNEL).run(one, one, 48 * 1024 - 1024);
    assertThat(driver.log).noneMatch(line -> line.startsWith("allow"));
    context.launch(MODULE, KERNEL).run(one, one, 48 * 1024);
    assertThat(driver.log).contains("allow fill_bytes 49152");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> context.launch(MODULE, KERNEL).run(one, one, 166_912))
        .withMessageContaining("fill_bytes");
  }

  @Test
  void tensorsOfAnotherDeviceAreRefused() {
    Tensor host = Tensor.zeros(DType.FLOAT32, Shape.of(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> context.pointer(host))
        .withMessageContainingAll("cpu", "cuda:0", "to(device)");
  }

  // ---- threads

  @Test
  void aStreamOfAnEndedThreadIsTheNextThreads() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      Thread.ofPlatform().start(() -> context.launch(MODULE, KERNEL).overElements(1)).join();
    }
    assertThat(driver.log)
        .filteredOn(line -> line.contains("launch"))
        .extracting(line -> line.substring(0, 2))
        .containsOnly("s2"); // s1 is that of the constants
  }

  @Test
  void threadsHaveStreamsOfTheirOwnAndMemoryPassesInOrder() throws InterruptedException {
    DeviceBuffer block = block();
    context.stream().fill(context.pointer(block), (byte) 0, 1);
    Thread other = Thread.ofPlatform().start(() -> context.pointer(block));
    other.join();
    String mine = driver.log.getFirst().substring(0, 2);
    assertThat(driver.log.get(1)).startsWith(mine + " record");
    assertThat(driver.log.get(2)).contains("await").doesNotStartWith(mine);
    context.pointer(block);
    assertThat(driver.log.getLast()).startsWith(mine + " await");
  }

  // ---- captures

  @Test
  void aCapturedStepIsReplayed() {
    DeviceBuffer block = block();
    try (CapturedStep step =
        context.capture(() -> context.stream().fill(context.pointer(block), (byte) 1, 10))) {
      assertThat(step.size()).isOne();
      context.replay(step);
      context.replay(step);
      assertThat(driver.log).filteredOn(line -> line.contains("replay 1")).hasSize(2);
    }
    assertThat(driver.log).contains("sequence close");
  }

  @ParameterizedTest
  @EnumSource(DeviceAllocator.Mode.class)
  void memoryOfACaptureServesNobodyElseUntilItsEnd(DeviceAllocator.Mode mode) {
    DeviceContext tested = context(mode);
    DevicePointer[] inside = new DevicePointer[1];
    CapturedStep step =
        tested.capture(
            () -> {
              try (DeviceBuffer scratch = tested.scratch(4096, "test")) {
                inside[0] = tested.pointer(scratch);
              }
            });
    DeviceBuffer outside = tested.scratch(4096, "test");
    assertThat(tested.pointer(outside)).isNotEqualTo(inside[0]);
    outside.close();
    step.close();
    step.close();
    assertThat(tested.memory().bytesInUse()).isZero();
    tested.trim();
    assertThat(driver.blocks()).isZero();
    assertThat(tested.memory().bytesCached()).isZero();
    assertThatIllegalStateException().isThrownBy(() -> tested.replay(step));
    tested.close();
  }

  @Test
  void aTensorOfACaptureMayOutliveIt() {
    DeviceBuffer[] kept = new DeviceBuffer[1];
    CapturedStep step = context.capture(() -> kept[0] = block());
    context.replay(step);
    step.close();
    kept[0].release();
    assertThat(context.memory().bytesInUse()).isZero();
    assertThat(block()).isSameAs(kept[0]);
  }

  @Test
  void aReplayRefusesMemoryThatWasGivenBack() {
    DeviceBuffer block = block();
    CapturedStep step = context.capture(() -> context.pointer(block));
    context.replay(step);
    block.release();
    assertThatIllegalStateException()
        .isThrownBy(() -> context.replay(step))
        .withMessageContaining("was closed");
    block(); // the same block, but somebody else's
    assertThatIllegalStateException().isThrownBy(() -> context.replay(step));
    step.close();
  }

  @Test
  void aFailedCaptureLeavesNothingBehind() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                context.capture(
                    () -> {
                      context.scratch(100, "test").close();
                      throw new IllegalArgumentException("on purpose");
                    }))
        .withMessage("on purpose");
    assertThat(context.stream().isCapturing()).isFalse();
    assertThat(context.memory().bytesInUse()).isZero();
    context.capture(() -> {}).close();
  }

  @Test
  void transfersInACaptureAreRefused() {
    Tensor host = Tensor.zeros(DType.FLOAT32, Shape.of(1));
    assertThatIllegalStateException()
        .isThrownBy(() -> context.capture(() -> context.transfer(host, host)))
        .withMessageContaining("cannot be captured");
  }

  @Test
  void constantsMayBeUploadedInACapture() {
    int[] array = {1, 2};
    DeviceBuffer used = context.scratch(8, "test");
    CapturedStep step =
        context.capture(
            () -> {
              context.stream().fill(context.pointer(used), (byte) 1, 8);
              used.close(); // the constant gets this block
              context.constant(array);
            });
    assertThat(step.size()).isOne();
    step.close();
  }

  @Test
  void otherThreadsWorkOnWhileOneCaptures() {
    DeviceBuffer shared = block();
    CapturedStep step =
        context.capture(
            () -> {
              context.stream().fill(context.pointer(shared), (byte) 1, 8);
              onAnotherThread(
                  () -> {
                    context.stream().fill(context.pointer(shared), (byte) 2, 8);
                    context.scratch(8, "test").close();
                    context.synchronize();
                    context.stream().fill(context.pointer(shared), (byte) 3, 8);
                  });
              context.stream().fill(context.pointer(shared), (byte) 4, 8);
            });
    assertThat(step.size()).isEqualTo(2);
    context.replay(step);
    assertThat(driver.log.getLast()).contains("replay 2");
    assertThat(driver.log.get(driver.log.size() - 2)).contains("await");
    step.close();
    shared.close();
  }

  @Test
  void aCaptureThatCannotBeginLeavesNothingBehind() {
    DeviceContext exact = context(DeviceAllocator.Mode.EXACT);
    DeviceBuffer block = exact.scratch(100, "test");
    driver.fails = command -> command.contains("beginCapture");
    assertThatExceptionOfType(DriverException.class).isThrownBy(() -> exact.capture(() -> {}));
    driver.fails = command -> false;
    block.close();
    assertThat(driver.blocks()).as("memory is freed again").isZero();
    exact.capture(() -> {}).close();
    exact.close();
  }

  @Test
  void capturesTakeTurns() {
    List<Thread> others = new ArrayList<>();
    context
        .capture(
            () -> {
              Thread other = Thread.ofPlatform().start(() -> context.capture(() -> {}).close());
              others.add(other);
              while (other.isAlive() && other.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              assertThatIllegalStateException()
                  .isThrownBy(() -> context.capture(() -> {}))
                  .withMessageContaining("captures a step already");
            })
        .close();
    assertThatCode(() -> others.getFirst().join()).doesNotThrowAnyException();
    assertThat(driver.log)
        .filteredOn(line -> line.endsWith("Capture"))
        .extracting(line -> line.substring(line.indexOf(' ') + 1))
        .containsExactly("beginCapture", "endCapture", "beginCapture", "endCapture");
  }

  @Test
  void aCaptureGetsTheCachedMemory() {
    context.scratch(700 << 10, "test").close();
    context.capture(() -> context.scratch(700 << 10, "test").close()).close();
  }

  // ---- the end

  @Test
  void aLostDeviceIsClosedToTheEnd() {
    context.launch(MODULE, KERNEL).overElements(1);
    context.constant(new int[1]);
    driver.fails = command -> command.endsWith(" close");
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(context::close)
        .withMessageContaining("s2 close");
    assertThat(driver.log).endsWith("unload", "close");
    assertThat(driver.blocks()).isZero();
    driver.fails = command -> false;
  }

  private static void onAnotherThread(Runnable work) {
    try {
      CompletableFuture.runAsync(work, task -> Thread.ofPlatform().start(task)).join();
    } catch (CompletionException e) {
      throw new AssertionError("the other thread failed", e.getCause());
    }
  }
}
