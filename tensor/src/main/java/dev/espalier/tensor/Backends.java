package dev.espalier.tensor;

import dev.espalier.tensor.cpu.CpuBackends;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BackendProvider;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** Finds the backend of a device. */
public final class Backends {
  private static final Map<Device, Backend> BY_DEVICE = new ConcurrentHashMap<>();

  private Backends() {}

  /**
   * The backend of a device.
   *
   * @throws UnsupportedOperationException if no backend serves it, with the reason each provider
   *     gives
   */
  public static Backend of(Device device) {
    if (device.equals(Device.CPU)) {
      return CpuBackends.active();
    }
    return BY_DEVICE.computeIfAbsent(device, Backends::load);
  }

  private static Backend load(Device device) {
    List<BackendProvider> providers =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    for (BackendProvider provider : providers) {
      var backend = provider.backend(device);
      if (backend.isPresent()) {
        return backend.get();
      }
    }
    throw new UnsupportedOperationException(
        "device %s: no backend serves it (%s)"
            .formatted(
                device,
                providers.isEmpty()
                    ? "none is on the class or module path; add dev.espalier:espalier-cuda for cuda"
                        + " devices"
                    : String.join("; ", providers.stream().map(BackendProvider::status).toList())));
  }
}
