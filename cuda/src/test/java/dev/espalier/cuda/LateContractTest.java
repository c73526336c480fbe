package dev.espalier.cuda;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.contract.IndexingContract;
import dev.espalier.tensor.contract.NormContract;
import dev.espalier.tensor.contract.ReduceContract;
import dev.espalier.tensor.contract.UpdateContract;
import dev.espalier.tensor.spi.Backend;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * The contracts whose kernels hand results to each other, on the emulated device that runs each
 * command as late as it may.
 */
@DisabledIfSystemProperty(named = "espalier.cuda.emulator", matches = "false")
final class LateContractTest {
  private static Backend late() {
    return Backends.of(new Device("cuda", 1));
  }

  @Nested
  class Reduce extends ReduceContract {
    Reduce() {
      super(late());
    }
  }

  @Nested
  class Norm extends NormContract {
    Norm() {
      super(late());
    }
  }

  @Nested
  class Indexing extends IndexingContract {
    Indexing() {
      super(late());
    }
  }

  @Nested
  class Update extends UpdateContract {
    Update() {
      super(late());
    }
  }
}
