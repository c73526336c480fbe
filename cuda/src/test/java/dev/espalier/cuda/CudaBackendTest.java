package dev.espalier.cuda;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.contract.BackendContract;

/** The whole contract, on the emulator with every check, or on the GPU that there is. */
final class CudaBackendTest extends BackendContract {
  CudaBackendTest() {
    super(Backends.of(new Device("cuda", 0)));
  }
}
