package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.contract.BackendContract;

class VectorBackendTest extends BackendContract {
  VectorBackendTest() {
    super(new VectorBackend());
  }
}
