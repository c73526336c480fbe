package dev.espalier.cuda;

import dev.espalier.tensor.Device;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BackendProvider;
import java.util.Optional;

/** Tells what there is of CUDA on this machine; this version has no kernels for it. */
public final class CudaProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public Optional<Backend> backend(Device device) {
    return Optional.empty();
  }

  @Override
  public String status() {
    return CudaProbe.describe();
  }
}
