package dev.espalier.tensor;

import dev.espalier.tensor.cpu.CpuBackends;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BackendProvider;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Finds the backend of a device. */
public final class Backends {
  private static final Map<Device, Backend> BY_DEVICE = new ConcurrentHashMap<>();

  private Backends() {}

  /**
   * The devices that can be used in this process: the CPU first, then what each provider finds.
   * Nothing is started on them, and a machine without a GPU or its driver simply has fewer. So a
   * program takes a GPU where there is one and goes on with the CPU elsewhere:
   *
   * <pre>{@code
   * Device device = Backends.devices().contains(gpu) ? gpu : Device.CPU;
   * }</pre>
   *
   * <p>PyTorch: {@code torch.cuda.is_available()}.
   */
  public static List<Device> devices() {
    return Stream.concat(
            Stream.of(Device.CPU), providers().stream().flatMap(p -> p.devices().stream()))
        .toList();
  }

  /**
   * The backend of a device.
   *
   * @throws UnsupportedOperationException if no backend serves it, with the reason each provider
   *     gives; {@link #devices} says which there are
   */
  public static Backend of(Device device) {
    if (device.equals(Device.CPU)) {
      return CpuBackends.active();
    }
    return BY_DEVICE.computeIfAbsent(device, Backends::load);
  }

  private static List<BackendProvider> providers() {
    return ServiceLoader.load(BackendProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  private static Backend load(Device device) {
    List<BackendProvider> providers = providers();
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
