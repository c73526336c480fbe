package dev.espalier.cuda.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.OutOfTensorMemoryException;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import org.junit.jupiter.api.Test;

/** Copies, events, memory and threads of the device that there is. */
class DeviceTest {
  /** Neither a whole number of staging buffers nor of pages. */
  private static final int ELEMENTS = 123_457;

  private static final long TOO_MUCH = 1L << 50;

  private final Device device = device();
  private final DeviceContext context = ((CudaBackend) Backends.of(device)).context();

  /** The device that is tested. */
  Device device() {
    return new Device("cuda", 0);
  }

  private static Tensor random(long seed, int size) {
    return RandomFill.uniform(new Generator(seed), DType.FLOAT32, Shape.of(size), -1, 1);
  }

  @Test
  void copiesComeBackAsTheyWent() {
    try (Tensor host = random(1, ELEMENTS);
        Tensor there = host.to(device);
        Tensor copy = there.copy();
        Tensor back = copy.to(Device.CPU)) {
      assertThat(back.toFloatArray()).isEqualTo(host.toFloatArray());
    }
  }

  @Test
  void eventsFollowTheirStream() {
    try (Event start = context.driver().openEvent();
        Event end = context.driver().openEvent();
        DeviceBuffer block = context.scratch(1 << 20, "test")) {
      context.stream().record(start);
      context.stream().fill(context.pointer(block), (byte) 1, 1 << 20);
      context.stream().record(end);
      context.stream().synchronize();
      assertThat(end.millisSince(start)).isNotNegative();
    }
  }

  @Test
  void memoryGoesBackToTheDriver() {
    context.synchronize();
    long before = context.memory().bytesInUse();
    try (DeviceBuffer _ = context.scratch(ELEMENTS, "test")) {
      assertThat(context.memory().bytesInUse()).isGreaterThanOrEqualTo(before + ELEMENTS);
    }
    assertThat(context.memory().bytesInUse()).isEqualTo(before);
    context.trim();
    assertThat(context.memory().bytesCached()).isZero();
  }

  @Test
  void tooMuchIsRefusedAndTheDeviceGoesOn() {
    assertThatExceptionOfType(OutOfTensorMemoryException.class)
        .isThrownBy(() -> context.scratch(TOO_MUCH, "test").close())
        .withMessageContainingAll(device.toString(), "intermediate results of test");
    copiesComeBackAsTheyWent();
  }

  @Test
  void threadsPassTensorsOn() throws InterruptedException {
    try (Tensor sum = random(2, ELEMENTS).to(device);
        Tensor one = Tensor.empty(DType.FLOAT32, Shape.of(ELEMENTS), device)) {
      float[] before = sum.toFloatArray();
      one.fill(1);
      Thread other = new Thread(() -> Backends.of(device).axpby(1, one, 1, sum));
      other.start();
      other.join();
      float[] after = sum.toFloatArray();
      for (int i = 0; i < after.length; i += 997) {
        assertThat(after[i]).isEqualTo(before[i] + 1);
      }
    }
  }
}
