package dev.espalier.cuda;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.jcuda.JCudaDriver;
import dev.espalier.cuda.jcuda.JCudaLibrary;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BackendProvider;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Offers the devices {@code cuda:0}, {@code cuda:1}, … that NVIDIA's driver finds.
 *
 * <p>With {@code -Despalier.cuda.emulator=true} there is one device, {@code cuda:0}, which runs the
 * same kernels on the processor and checks every access; {@code -Despalier.cuda.emulator=unchecked}
 * leaves the checks out. {@code -Despalier.cuda.memory=exact} gives each tensor an allocation of
 * its own, so that the checks see where it ends and what of it was never written.
 */
public final class CudaProvider implements BackendProvider {
  private static final String KIND = "cuda";
  private static final String EMULATOR = "espalier.cuda.emulator";
  private static final String MEMORY = "espalier.cuda.memory";

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public Optional<Backend> backend(Device device) {
    if (!device.kind().equals(KIND) || device.index() < 0) {
      return Optional.empty();
    }
    return driver(device.index())
        .map(driver -> new CudaBackend(new DeviceContext(driver, device, memoryMode())));
  }

  private static Optional<Driver> driver(int index) {
    Optional<Set<Check>> checks = emulatorChecks();
    if (checks.isPresent()) {
      return index == 0
          ? Optional.of(EmulatedDriver.builder().checks(checks.get()).build())
          : Optional.empty();
    }
    return index < JCudaLibrary.find().devices()
        ? Optional.of(new JCudaDriver(index))
        : Optional.empty();
  }

  /** What the emulator is to look for, or empty if there is to be none. */
  private static Optional<Set<Check>> emulatorChecks() {
    String wish = System.getProperty(EMULATOR, "false");
    return switch (wish) {
      case "false" -> Optional.empty();
      case "true" -> Optional.of(EnumSet.allOf(Check.class));
      case "unchecked" -> Optional.of(EnumSet.noneOf(Check.class));
      default -> throw unknown(EMULATOR, wish, "true, unchecked or false");
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
    return emulatorChecks().isPresent()
        ? "cuda:0 is emulated on the processor, as -D%s asks".formatted(EMULATOR)
        : JCudaLibrary.find().sentence();
  }
}
