package dev.espalier.tensor.spi;

import dev.espalier.tensor.Device;
import java.util.List;
import java.util.Optional;

/** A service that offers a backend for a device, found through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /**
   * The backend of a device, or empty if this provider does not serve it (or it is absent on this
   * machine).
   */
  Optional<Backend> backend(Device device);

  /** The devices that {@link #backend} serves on this machine; empty, never an error, if none. */
  List<Device> devices();

  /** One sentence for {@code doctor}: what is offered, or why not. */
  String status();
}
