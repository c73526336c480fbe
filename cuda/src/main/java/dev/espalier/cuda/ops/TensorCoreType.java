package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.Precision;
import dev.espalier.tensor.DType;
import java.util.Optional;

/**
 * What tensor cores multiply; sums are float32 in each case. Asking for one is the caller's consent
 * to its rounding of the operands, as PyTorch's {@code torch.backends.cuda.matmul.allow_tf32} is.
 */
public enum TensorCoreType {
  /** float32 in memory, rounded to 10 bits of mantissa; relative error of an operand 2^-11. */
  TF32(DType.FLOAT32, "tf32", 0x1p-11),
  /** bfloat16: 7 bits of mantissa and the range of float32; relative error 2^-8. */
  BFLOAT16(DType.BFLOAT16, "bf16", 0x1p-8),
  /** float16: 10 bits of mantissa, up to 65504; relative error 2^-11. */
  FLOAT16(DType.FLOAT16, "f16", 0x1p-11);

  private static final int PIECE_BYTES = 16;

  private final DType storage;
  private final String suffix;
  private final double roundoff;

  TensorCoreType(DType storage, String suffix, double roundoff) {
    this.storage = storage;
    this.suffix = suffix;
    this.roundoff = roundoff;
  }

  /** What the calling thread's {@link Precision} allows for operands of that type. */
  public static Optional<TensorCoreType> allowed(DType dtype) {
    return dtype != DType.FLOAT32
        ? Optional.empty()
        : switch (Precision.current()) {
          case FLOAT32 -> Optional.empty();
          case TF32 -> Optional.of(TF32);
          case BF16 -> Optional.of(BFLOAT16);
          case F16 -> Optional.of(FLOAT16);
        };
  }

  /** The type of operands in memory. */
  public DType storage() {
    return storage;
  }

  /**
   * The largest relative error that rounding an operand makes, where nothing over- or underflows.
   */
  public double roundoff() {
    return roundoff;
  }

  /** Elements of the 16 bytes that kernels copy at once. */
  int piece() {
    return PIECE_BYTES / storage.bytes();
  }

  /** From that type to the storage, in the kernels' names. */
  String conversion(DType from) {
    return Operands.name(from) + "_" + Operands.name(storage);
  }

  /** The name in the kernels' names. */
  String suffix() {
    return suffix;
  }
}
