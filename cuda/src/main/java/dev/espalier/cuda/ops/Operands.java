package dev.espalier.cuda.ops;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Entries;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;

/** Brings the operands of sparse products into the layouts that the kernels read. */
final class Operands {
  private static final long MOST_PLACES = 1L << 32;
  private static final int VALUE_ALIGNMENT = 16;

  private Operands() {}

  /** A compute type in the names of kernels. */
  static String name(DType type) {
    return switch (type) {
      case FLOAT32 -> "f32";
      case FLOAT64 -> "f64";
      case BFLOAT16 -> "bf16";
      case FLOAT16 -> "f16";
      default -> throw new IllegalArgumentException("no sparse kernel takes elements of " + type);
    };
  }

  static long bytes(DevicePointer pointer) {
    return pointer == null ? 0 : pointer.address();
  }

  /** Contiguous values whose first element is aligned to vectors; a copy where it is not. */
  static Tensor aligned(Tensor values) {
    boolean fits = values.offset() * values.dtype().bytes() % VALUE_ALIGNMENT == 0;
    return fits && values.isContiguous() ? values.alias() : values.copy();
  }

  /** The values in the order of the pattern's elements, aligned. */
  static Tensor inElementOrder(SparsePattern pattern, Tensor values) {
    int[] order = pattern.elementOrder();
    return order == null
        ? aligned(values)
        : Entries.gather(values, order, pattern.elements().valuesShape());
  }

  /** A matrix whose columns are adjacent; a copy of one that lies transposed. */
  static Tensor rows(Tensor b) {
    return b.dim(1) > 1 && b.stride(1) != 1 ? b.copy() : b.alias();
  }

  /** Where a kernel writes what is meant for c: c itself, or memory for a transposed one. */
  static Tensor contiguousResult(Tensor c) {
    return c.isContiguous() ? c.alias() : Tensor.empty(c.dtype(), c.shape(), c.device());
  }

  static void deliver(Tensor out, Tensor c) {
    if (!out.sharesStorageWith(c)) {
      c.copyFrom(out);
    }
  }

  /**
   * Refuses a dense operand in which a row's distance from the first exceeds 32 bits.
   *
   * @throws IllegalArgumentException naming the operation
   */
  static void checkSpan(String operation, Tensor b) {
    checkSpan(operation, b.shape(), b.strides());
  }

  static void checkSpan(String operation, Shape shape, long[] strides) {
    long span = 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      span += Math.max(0, shape.dim(axis) - 1L) * strides[axis];
    }
    if (span > MOST_PLACES) {
      throw new IllegalArgumentException(
          "%s: the dense operand %s spans %,d elements but the kernels address %,d; multiply parts of it"
              .formatted(operation, shape, span, MOST_PLACES));
    }
  }

  /** The last three parameters of most products. */
  static Launch epilogue(Launch launch, Epilogue epilogue) {
    return launch
        .tensor(epilogue.rowBias())
        .tensor(epilogue.columnBias())
        .int32(epilogue.relu() ? 1 : 0);
  }
}
