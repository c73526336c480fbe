package dev.espalier.cuda;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.jcuda.JCudaDriver;
import dev.espalier.cuda.jcuda.JCudaLibrary;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BackendProvider;
import java.util.Optional;

/**
 * Offers the devices {@code cuda:0}, {@code cuda:1}, … that NVIDIA's driver finds.
 *
 * <p>With {@code -Despalier.cuda.emulator=true} there is one device, {@code cuda:0}, which runs the
 * same kernels on the processor and checks every access. {@code -Despalier.cuda.memory=exact} gives
 * each tensor an allocation of its own, so that those checks see where it ends.
 */
public final class CudaProvider implements BackendProvider {
  private static final String KIND = "cuda";

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public Optional<Backend> backend(Device device) {
    if (!device.kind().equals(KIND)
        || device.index() < 0
        || device.index() >= (isEmulated() ? 1 : JCudaLibrary.find().devices())) {
      return Optional.empty();
    }
    Driver driver =
        isEmulated() ? EmulatedDriver.builder().build() : new JCudaDriver(device.index());
    return Optional.of(new CudaBackend(new DeviceContext(driver, device, memoryMode())));
  }

  private static boolean isEmulated() {
    return Boolean.getBoolean("espalier.cuda.emulator");
  }

  private static DeviceAllocator.Mode memoryMode() {
    String mode = System.getProperty("espalier.cuda.memory", "cached");
    return switch (mode) {
      case "cached" -> DeviceAllocator.Mode.CACHED;
      case "exact" -> DeviceAllocator.Mode.EXACT;
      default ->
          throw new IllegalArgumentException(
              "espalier.cuda.memory: takes cached or exact, not '%s'".formatted(mode));
    };
  }

  @Override
  public String status() {
    return JCudaLibrary.find().sentence();
  }
}
