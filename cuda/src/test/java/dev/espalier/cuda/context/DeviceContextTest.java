package dev.espalier.cuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.RecordingDriver;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
}
