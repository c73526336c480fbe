package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Contiguous operands: the tensors themselves, or copies where they are strided. An alias of a
 * contiguous tensor would be garbage for every call.
 */
final class Dense {
  private Dense() {}

  /** A contiguous copy of a strided tensor; null where the tensor, or none, will do. */
  static Tensor copyIfStrided(Tensor tensor) {
    return tensor == null || tensor.isContiguous() ? null : tensor.copy();
  }

  /** What {@link #copyIfStrided} gave, or the tensor where it gave none. */
  static Tensor of(Tensor tensor, Tensor copy) {
    return copy == null ? tensor : copy;
  }

  /** The memory of {@link #of}; null of no tensor. */
  static MemorySegment segment(Tensor tensor, Tensor copy) {
    return tensor == null ? null : of(tensor, copy).segment();
  }
}
