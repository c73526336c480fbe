package dev.espalier.cuda.jcuda;

import dev.espalier.tensor.DType;
import jcuda.cudaDataType;

/** Element types as CUDA's libraries number them. */
final class DataTypes {
  private DataTypes() {}

  /**
   * The number of a floating-point type.
   *
   * @throws IllegalArgumentException for other types, naming the operation
   */
  static int of(DType type, String operation) {
    return switch (type) {
      case FLOAT32 -> cudaDataType.CUDA_R_32F;
      case FLOAT64 -> cudaDataType.CUDA_R_64F;
      case BFLOAT16 -> cudaDataType.CUDA_R_16BF;
      case FLOAT16 -> cudaDataType.CUDA_R_16F;
      default ->
          throw new IllegalArgumentException(
              "%s: takes floating-point operands, not %s".formatted(operation, type));
    };
  }
}
