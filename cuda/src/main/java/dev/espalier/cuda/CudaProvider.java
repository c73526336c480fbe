package dev.espalier.cuda;

import dev.espalier.cuda.context.CrossoverTables;
import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.emulator.Approximations;
import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.jcuda.JCudaDriver;
import dev.espalier.cuda.jcuda.JCudaLibraries;
import dev.espalier.cuda.jcuda.JCudaLibrary;
import dev.espalier.cuda.library.Libraries;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BackendProvider;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Offers the devices {@code cuda:0}, {@code cuda:1}, … that NVIDIA's driver finds.
 *
 * <p>With {@code -Despalier.cuda.emulator=true} there are two, which run the same kernels on the
 * processor and check every access: {@code cuda:0} runs each command at once, {@code cuda:1} as
 * late as a device may. {@code -Despalier.cuda.emulator=unchecked} leaves the checks out, with
 * {@code deferred} both devices are late, {@code inexact} gives approximate instructions the
 * largest error that PTX allows them. {@code -Despalier.cuda.memory=exact} gives each tensor an
 * allocation of its own, so that the checks see where it ends and what of it was never written.
 * {@link CrossoverTables} says which tables choose between sparse and dense kernels.
 */
public final class CudaProvider implements BackendProvider {
  private static final String KIND = "cuda";
  private static final String EMULATOR = "espalier.cuda.emulator";

  /** How many devices are emulated, and which of them is late in any case. */
  private static final int EMULATED = 2;

  private static final int LATE = 1;

  private static final String LIBRARIES = "espalier.cuda.libraries";
  private static final String MEMORY = "espalier.cuda.memory";

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public Optional<Backend> backend(Device device) {
    if (!device.kind().equals(KIND) || device.index() < 0) {
      return Optional.empty();
    }
    return context(device).map(CudaProvider::backend);
  }

  private static Backend backend(DeviceContext context) {
    try {
      return new CudaBackend(context, CrossoverTables.asked(context.properties().name()));
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  @Override
  public List<Device> devices() {
    int count = emulator(0).isPresent() ? EMULATED : JCudaLibrary.find().devices();
    return IntStream.range(0, count).mapToObj(index -> new Device(KIND, index)).toList();
  }

  private static Optional<DeviceContext> context(Device device) {
    Optional<EmulatedDriver.Builder> emulator = emulator(device.index());
    if (emulator.isPresent() && device.index() < EMULATED) {
      return Optional.of(new DeviceContext(emulator.get().build(), device, memoryMode()));
    }
    if (emulator.isEmpty() && device.index() < JCudaLibrary.find().devices()) {
      var driver = new JCudaDriver(device.index());
      boolean wanted = Boolean.parseBoolean(System.getProperty(LIBRARIES, "true"));
      return Optional.of(
          new DeviceContext(
              driver,
              allocator -> wanted ? new JCudaLibraries(driver, allocator) : Libraries.NONE,
              device,
              memoryMode()));
    }
    return Optional.empty();
  }

  /** The emulator that was asked for, or empty if none was. */
  private static Optional<EmulatedDriver.Builder> emulator(int index) {
    String wish = System.getProperty(EMULATOR, "false");
    EmulatedDriver.Builder emulator = EmulatedDriver.builder().deferred(index == LATE);
    return switch (wish) {
      case "false" -> Optional.empty();
      case "true" -> Optional.of(emulator);
      case "deferred" -> Optional.of(emulator.deferred(true));
      case "inexact" -> Optional.of(emulator.approximations(Approximations.FARTHEST));
      case "unchecked" -> Optional.of(emulator.checks(EnumSet.noneOf(Check.class)));
      default -> throw unknown(EMULATOR, wish, "true, deferred, inexact, unchecked or false");
    };
  }

  private static DeviceAllocator.Mode memoryMode() {
    String mode = System.getProperty(MEMORY, "cached");
    return switch (mode) {
      case "cached" -> DeviceAllocator.Mode.CACHED;
      case "exact" -> DeviceAllocator.Mode.EXACT;
      default -> throw unknown(MEMORY, mode, "cached or exact");
    };
  }

  private static IllegalArgumentException unknown(String property, String value, String allowed) {
    return new IllegalArgumentException(
        "-D%s takes %s, not '%s'".formatted(property, allowed, value));
  }

  @Override
  public String status() {
    return emulator(0).isPresent()
        ? "cuda:0 and cuda:1 are emulated on the processor, as -D%s asks".formatted(EMULATOR)
        : JCudaLibrary.find().sentence();
  }
}
