package dev.espalier.cuda.ops;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/** Brings operands into the type and the alignment that tensor-core kernels copy them with. */
final class TensorCoreOperands {
  private static final int PIECE_BYTES = 16;

  private TensorCoreOperands() {}

  /** Contiguous elements of the type from a 16-byte boundary on; a new handle. */
  static Tensor flat(Tensor values, TensorCoreType type) {
    check(values, type);
    if (values.dtype() == type.storage()) {
      return Operands.aligned(values);
    }
    return values.to(type.storage());
  }

  /** A matrix of the type whose rows all begin at 16-byte boundaries; a new handle. */
  static Tensor rows(Tensor matrix, TensorCoreType type) {
    check(matrix, type);
    int piece = PIECE_BYTES / type.storage().bytes();
    boolean fits =
        matrix.dtype() == type.storage()
            && (matrix.stride(1) == 1 || matrix.dim(1) == 1)
            && matrix.stride(0) % piece == 0
            && matrix.offset() % piece == 0;
    if (fits) {
      Operands.checkSpan("product on tensor cores", matrix);
      return matrix.alias();
    }
    int pitch = Math.ceilDiv(Math.max(1, matrix.dim(1)), piece) * piece;
    try (Tensor padded =
        Tensor.empty(type.storage(), Shape.of(matrix.dim(0), pitch), matrix.device())) {
      Tensor rows = padded.narrow(1, 0, matrix.dim(1));
      return rows.copyFrom(matrix);
    }
  }

  private static void check(Tensor operand, TensorCoreType type) {
    if (operand.dtype() != DType.FLOAT32 && operand.dtype() != type.storage()) {
      throw new IllegalArgumentException(
          "product on tensor cores as %s: operands must be float32 or %s but one is %s; convert it with to(FLOAT32)"
              .formatted(type, type.storage(), operand.dtype()));
    }
  }
}
