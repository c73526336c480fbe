package dev.espalier.cuda.bench;

import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.library.DenseProduct.Arithmetic;
import dev.espalier.cuda.ops.TensorCoreType;
import dev.espalier.tensor.DType;

/** What is multiplied; sums are float32 in each case. */
enum NumberType {
  /** IEEE float32 with fused multiply-add. */
  F32(DType.FLOAT32, 0, null, Precision.FLOAT32),
  /** float32 in memory, multiplied by tensor cores as tf32. */
  TF32(DType.FLOAT32, 0x1p-10, TensorCoreType.TF32, Precision.TF32),
  /** bfloat16 in memory, multiplied by tensor cores. */
  BF16(DType.BFLOAT16, 0x1p-8, TensorCoreType.BFLOAT16, Precision.BF16),
  /** float16 in memory, multiplied by tensor cores. */
  F16(DType.FLOAT16, 0x1p-11, TensorCoreType.FLOAT16, Precision.F16);

  private final DType storage;
  private final double roundoff;
  private final TensorCoreType tensorCores;
  private final Precision precision;

  NumberType(DType storage, double roundoff, TensorCoreType tensorCores, Precision precision) {
    this.storage = storage;
    this.roundoff = roundoff;
    this.tensorCores = tensorCores;
    this.precision = precision;
  }

  DType storage() {
    return storage;
  }

  /**
   * The largest relative error of an operand: a half unit in the last place, for tf32 a whole one,
   * as libraries may truncate.
   */
  double roundoff() {
    return roundoff;
  }

  /** Null for float32 arithmetic. */
  TensorCoreType tensorCores() {
    return tensorCores;
  }

  /** What our own dense product of float32 operands rounds them to. */
  Precision precision() {
    return precision;
  }

  /** As a library calls it. */
  Arithmetic arithmetic() {
    return Arithmetic.valueOf(precision.name());
  }

  String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
