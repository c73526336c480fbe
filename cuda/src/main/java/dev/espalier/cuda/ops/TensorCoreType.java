package dev.espalier.cuda.ops;

import dev.espalier.tensor.DType;

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

  private final DType storage;
  private final String suffix;
  private final double roundoff;

  TensorCoreType(DType storage, String suffix, double roundoff) {
    this.storage = storage;
    this.suffix = suffix;
    this.roundoff = roundoff;
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

  /** The name in the kernels' names. */
  String suffix() {
    return suffix;
  }
}
