package dev.espalier.cuda;

import dev.espalier.cuda.context.DeviceContext;
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
import java.util.Optional;

/**
 * Offers the devices {@code cuda:0}, {@code cuda:1}, … that NVIDIA's driver finds.
 *
 * <p>With {@code -Despalier.cuda.emulator=true} there is one device, {@code cuda:0}, which runs the
 * same kernels on the processor and checks every access; {@code -Despalier.cuda.emulator=unchecked}
 * leaves the checks out, {@code deferred} runs each command as late as a device may. {@code
 * -Despalier.cuda.memory=exact} gives each tensor an allocation of its own, so that the checks see
 * where it ends and what of it was never written.
 */
public final class CudaProvider implements BackendProvider {
  private static final String KIND = "cuda";
  private static final String EMULATOR = "espalier.cuda.emulator";
  private static final String LIBRARIES = "espalier.cuda.libraries";
  private static final String MEMORY = "espalier.cuda.memory";

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public Optional<Backend> backend(Device device) {
    if (!device.kind().equals(KIND) || device.index() < 0) {
      return Optional.empty();
    }
    return context(device).map(CudaBackend::new);
  }

  private static Optional<DeviceContext> context(Device device) {
    Optional<EmulatedDriver.Builder> emulator = emulator();
    if (emulator.isPresent() && device.index() == 0) {
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
  private static Optional<EmulatedDriver.Builder> emulator() {
    String wish = System.getProperty(EMULATOR, "false");
    EmulatedDriver.Builder emulator = EmulatedDriver.builder();
    return switch (wish) {
      case "false" -> Optional.empty();
      case "true" -> Optional.of(emulator);
      case "deferred" -> Optional.of(emulator.deferred(true));
      case "unchecked" -> Optional.of(emulator.checks(EnumSet.noneOf(Check.class)));
      default -> throw unknown(EMULATOR, wish, "true, deferred, unchecked or false");
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
    return emulator().isPresent()
        ? "cuda:0 is emulated on the processor, as -D%s asks".formatted(EMULATOR)
        : JCudaLibrary.find().sentence();
  }
}
