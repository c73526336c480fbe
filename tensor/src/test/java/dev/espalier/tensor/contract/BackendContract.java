package dev.espalier.tensor.contract;

import dev.espalier.tensor.spi.Backend;
import org.junit.jupiter.api.Nested;

/** All contracts of one backend. */
public abstract class BackendContract {
  private final Backend tested;

  /** Tests a backend that can run on this machine. */
  protected BackendContract(Backend backend) {
    tested = backend;
  }

  @Nested
  class Movement extends MovementContract {
    Movement() {
      super(tested);
    }
  }

  @Nested
  class Elementwise extends ElementwiseContract {
    Elementwise() {
      super(tested);
    }
  }

  @Nested
  class Chains extends ChainContract {
    Chains() {
      super(tested);
    }
  }

  @Nested
  class Reduce extends ReduceContract {
    Reduce() {
      super(tested);
    }
  }

  @Nested
  class Softmax extends SoftmaxContract {
    Softmax() {
      super(tested);
    }
  }

  @Nested
  class Gemm extends GemmContract {
    Gemm() {
      super(tested);
    }
  }

  @Nested
  class Conv extends ConvContract {
    Conv() {
      super(tested);
    }
  }

  @Nested
  class Pool extends PoolContract {
    Pool() {
      super(tested);
    }
  }

  @Nested
  class Norm extends NormContract {
    Norm() {
      super(tested);
    }
  }

  @Nested
  class Indexing extends IndexingContract {
    Indexing() {
      super(tested);
    }
  }

  @Nested
  class Random extends RandomContract {
    Random() {
      super(tested);
    }
  }

  @Nested
  class Sparse extends SparseContract {
    Sparse() {
      super(tested);
    }
  }

  @Nested
  class SparseConv extends SparseConvContract {
    SparseConv() {
      super(tested);
    }
  }

  @Nested
  class Packed extends PackedContract {
    Packed() {
      super(tested);
    }
  }

  @Nested
  class Update extends UpdateContract {
    Update() {
      super(tested);
    }
  }
}
