package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;

/** {@link Gemm} of float32 tensors: matrices, or batches of them. */
final class TensorGemm {
  private TensorGemm() {}

  static void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    Tensor rowBias = epilogue.rowBias();
    Tensor columnBias = epilogue.columnBias();
    try (Tensor rowCopy = Dense.copyIfStrided(rowBias);
        Tensor columnCopy = Dense.copyIfStrided(columnBias)) {
      TileEpilogue finish =
          TileEpilogue.of(
              Dense.segment(rowBias, rowCopy),
              Dense.segment(columnBias, columnCopy),
              epilogue.relu());
      int m = c.dim(-2);
      int n = c.dim(-1);
      int k = a.dim(-1);
      if (c.rank() == 2) {
        Gemm.sgemm(m, n, k, (float) alpha, view(a), view(b), (float) beta, view(c), finish);
      } else {
        Gemm.sgemmBatched(
            c.dim(0),
            m,
            n,
            k,
            (float) alpha,
            view(a),
            a.stride(0),
            view(b),
            b.stride(0),
            (float) beta,
            view(c),
            c.stride(0),
            finish);
      }
    }
  }

  private static MatrixView view(Tensor tensor) {
    return new MatrixView(tensor.segment(), 0, tensor.stride(-2), tensor.stride(-1));
  }
}
