package dev.espalier.tensor.contract;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/** Ways in which the elements of a test operand lie in memory. */
enum Layout {
  CONTIGUOUS,
  /** The last two axes lie exchanged. */
  TRANSPOSED,
  /** Rows have three elements between them that are not theirs. */
  GAPPED,
  /** Neighbours along the last axis are two elements apart. */
  STEPPED;

  /** The layouts that differ for a shape. */
  static Layout[] of(Shape shape) {
    return shape.rank() == 0 ? new Layout[] {CONTIGUOUS} : values();
  }

  /** The shape of the memory that {@link #view} looks into. */
  Shape storage(Shape shape) {
    int rank = shape.rank();
    if (this == CONTIGUOUS || rank == 0 || (this == TRANSPOSED && rank < 2)) {
      return shape;
    }
    return switch (this) {
      case TRANSPOSED -> shape.with(-1, shape.dim(-2)).with(-2, shape.dim(-1));
      case GAPPED -> shape.with(-1, shape.dim(-1) + 3);
      default -> shape.with(-1, 2 * shape.dim(-1));
    };
  }

  /** The operand of this layout inside memory of shape {@link #storage}. */
  Tensor view(Tensor storage, Shape shape) {
    int rank = shape.rank();
    if (this == CONTIGUOUS || rank == 0 || (this == TRANSPOSED && rank < 2)) {
      return storage.alias();
    }
    return switch (this) {
      case TRANSPOSED -> storage.transpose();
      case GAPPED -> storage.narrow(-1, 1, shape.dim(-1));
      default -> {
        long[] strides = storage.strides();
        strides[rank - 1] = 2;
        yield storage.asStrided(shape, strides);
      }
    };
  }
}
