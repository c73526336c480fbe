package dev.espalier.tensor.cpu;

import dev.espalier.tensor.contract.BackendContract;

class ScalarBackendTest extends BackendContract {
  ScalarBackendTest() {
    super(new ScalarBackend());
  }
}
