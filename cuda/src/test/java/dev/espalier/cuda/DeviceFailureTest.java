package dev.espalier.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.kernel.Kernels;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.OutOfTensorMemoryException;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a device refuses is said clearly, nothing is lost, and the program goes on. */
final class DeviceFailureTest {
  private static final Device DEVICE = new Device("cuda", 0);
  private static final int KIB = 1024;

  private final EmulatedDriver driver = EmulatedDriver.builder().memoryBytes(1 << 20).build();
  private final DeviceContext context =
      new DeviceContext(driver, new Device("cuda", 1), DeviceAllocator.Mode.CACHED);

  @AfterEach
  void nothingIsLeft() {
    assertThat(context.leaks()).isEmpty();
    context.close();
    assertThat(driver.liveAllocations()).isEmpty();
  }

  /** Fills a block and waits, as a sign that the device works. */
  private void assertWorks() {
    try (DeviceBuffer block = context.scratch(256, "test")) {
      context
          .launch("movement", "fill_bytes")
          .pointer(context.pointer(block))
          .int64(256)
          .int64(0)
          .overElements(256);
      context.synchronize();
    }
  }

  @Test
  void aFullDeviceFailsOneAllocationOnly() {
    List<DeviceBuffer> held = new ArrayList<>();
    assertThatExceptionOfType(OutOfTensorMemoryException.class)
        .isThrownBy(
            () -> {
              while (true) {
                held.add(context.scratch(100 * KIB, "test"));
              }
            })
        .withMessageContainingAll("cuda:1", "intermediate results of test", "1,048,576 bytes");
    assertThat(held).hasSizeGreaterThan(7);
    held.removeLast().close();
    assertWorks();
    held.forEach(DeviceBuffer::close);
  }

  @Test
  void memoryOfOtherProgramsIsNotOurs() {
    DevicePointer foreign = driver.allocate(900 * KIB);
    assertThatExceptionOfType(OutOfTensorMemoryException.class)
        .isThrownBy(() -> context.scratch(200 * KIB, "test"))
        .withMessageContaining("other programs and the driver 921,600");
    assertWorks();
    driver.free(foreign);
    context.scratch(200 * KIB, "test").close();
  }

  @Test
  void theHoldersOfAFullDeviceAreNamed() {
    try (Scope _ = Scope.open("holder of it all")) {
      Tensor held = Tensor.empty(DType.FLOAT32, Shape.of(3, 1000), DEVICE);
      assertThatExceptionOfType(OutOfTensorMemoryException.class)
          .isThrownBy(() -> Tensor.empty(DType.FLOAT64, Shape.of(1 << 14, 1 << 14), DEVICE))
          .withMessageContainingAll(
              "float64 tensor of shape [16384, 16384]",
              "cuda:0",
              "float32 [3, 1000] held by holder of it all");
      held.fill(1);
      assertThat(held.toFloatArray()).containsOnly(1);
    }
    assertThat(((CudaBackend) Backends.of(DEVICE)).context().leaks())
        .noneMatch(line -> line.contains("holder of it all"));
  }

  @Test
  void damagedPtxIsRefusedAndTheRestWorks() {
    String ptx = Kernels.ptx("movement");
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(() -> driver.load(ptx.substring(0, ptx.length() / 2)));
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(() -> driver.load(ptx.replaceFirst("ld\\.param", "lb.param")));
    assertThatExceptionOfType(DriverException.class).isThrownBy(() -> driver.load("\0\1\2"));
    assertWorks();
  }

  @Test
  void tooNewPtxIsRefusedByItsVersion() {
    String tooNew = Kernels.ptx("movement").replaceFirst("\\.version 7\\.0", ".version 99.0");
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(() -> driver.load(tooNew))
        .withMessageContaining("99.0");
    assertWorks();
  }

  @Test
  void aKernelThatMisbehavesIsNamed() {
    try (DeviceBuffer block = context.scratch(256, "test")) {
      assertThatExceptionOfType(DriverException.class)
          .isThrownBy(
              () -> {
                context
                    .launch("movement", "fill_bytes")
                    .pointer(context.pointer(block))
                    .int64(512)
                    .int64(0)
                    .overElements(512);
                context.synchronize();
              })
          .withMessageContaining("fill_bytes");
    }
    assertWorks();
  }

  @Test
  void tensorsOfAnotherDeviceAreRefused() {
    try (Tensor there = Tensor.empty(DType.FLOAT32, Shape.of(1), DEVICE)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> context.pointer(there))
          .withMessageContainingAll("cuda:0", "cuda:1", "to(device)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> context.launch("movement", "fill_bytes").tensor(there));
    }
  }

  @Test
  void argumentsThatTheKernelDoesNotTakeAreRefused() {
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(() -> context.launch("movement", "fill_bytes").int32(1).overElements(1))
        .withMessageContaining("fill_bytes");
    assertWorks();
  }
}
