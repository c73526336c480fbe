package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * A layer's weight as the kernels see it: dense, dense storage with a mask, or sparse storage.
 *
 * <p>The weight borrows its tensors: it closes none.
 */
public sealed interface Weight {
  /** Every position is kept. */
  record Dense(Tensor tensor) implements Weight {
    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public double density() {
      return 1;
    }

    @Override
    public Tensor dense() {
      return tensor.alias();
    }
  }

  /**
   * Dense storage of which the mask keeps some positions (training).
   *
   * <p>The hard-mask invariant must hold: the storage is exactly zero at pruned positions ({@link
   * Mask#violations} counts the breaches). Dense kernels read the storage as it is, sparse kernels
   * only the kept positions, so the two agree only then. A soft mask is applied first: {@code new
   * Masked(mask.apply(w), mask)}.
   */
  record Masked(Tensor tensor, Mask mask) implements Weight {
    public Masked {
      if (!tensor.shape().equals(mask.shape())) {
        throw new IllegalArgumentException(
            "masked weight: the tensor has shape %s but the mask %s"
                .formatted(tensor.shape(), mask.shape()));
      }
    }

    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public double density() {
      return mask.density();
    }

    @Override
    public Tensor dense() {
      return mask.apply(tensor);
    }
  }

  /** Sparse storage (inference); never expanded to dense storage by an operation. */
  record Sparse(SparseTensor tensor) implements Weight {
    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public double density() {
      return tensor.density();
    }

    @Override
    public Tensor dense() {
      return tensor.dense();
    }
  }

  /** A dense weight, masked if the mask is not null. */
  static Weight of(Tensor tensor, Mask mask) {
    return mask == null ? new Dense(tensor) : new Masked(tensor, mask);
  }

  /** Shape of the dense weight. */
  Shape shape();

  /** Kept or stored positions as a fraction of all. */
  double density();

  /** The effective weight as a dense tensor, a handle of the caller's own. */
  Tensor dense();
}
