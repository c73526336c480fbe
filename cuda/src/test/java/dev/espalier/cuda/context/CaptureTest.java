package dev.espalier.cuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
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

/** Steps that are captured and replayed, on a device that writes down what it is told. */
final class CaptureTest {

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

  private static void onAnotherThread(Runnable work) {
    try {
      CompletableFuture.runAsync(work, task -> Thread.ofPlatform().start(task)).join();
    } catch (CompletionException e) {
      throw new AssertionError("the other thread failed", e.getCause());
    }
  }
}
