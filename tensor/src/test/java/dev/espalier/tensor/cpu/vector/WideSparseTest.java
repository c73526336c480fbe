package dev.espalier.tensor.cpu.vector;

import static dev.espalier.tensor.cpu.vector.Agreement.check;
import static dev.espalier.tensor.cpu.vector.Agreement.empty;
import static dev.espalier.tensor.cpu.vector.Agreement.random;

import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.spi.Epilogue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sparse products whose columns sixteen bits cannot count. */
class WideSparseTest {
  private static final int COLUMNS = 70_001;
  private static final double TOLERANCE = 1e-5;

  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  /** Both ends of the first row, nothing in the second, every 997th column of the third. */
  private static CsrPattern pattern() {
    int third = Math.ceilDiv(COLUMNS, 997);
    int[] columns = new int[2 + third];
    columns[1] = COLUMNS - 1;
    for (int i = 0; i < third; i++) {
      columns[2 + i] = 997 * i;
    }
    return CsrPattern.of(3, COLUMNS, new int[] {0, 2, 2, columns.length}, columns);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17})
  void productsAgree(int n) {
    CsrPattern pattern = pattern();
    check(
        TOLERANCE,
        backend -> {
          Tensor values = random(1, pattern.nnz());
          Tensor c = empty(3, n);
          backend.spmm(pattern, values, random(2, COLUMNS, n), 0, c, Epilogue.NONE);
          Tensor dx = empty(COLUMNS, n);
          Tensor dy = random(3, 3, n);
          backend.spmm(pattern.transpose(), values, dy, 0, dx, Epilogue.NONE);
          Tensor dw = empty(pattern.nnz());
          backend.sddmm(pattern, dy, random(2, COLUMNS, n), dw);
          return new Tensor[] {c, dx, dw};
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17})
  void packedProductsAgree(int n) {
    CsrPattern pattern = pattern();
    PackedInt8 packed =
        PackedInt8.of(new Csr(Shape.of(3, COLUMNS), pattern, random(1, pattern.nnz())));
    check(
        TOLERANCE,
        backend -> {
          Tensor c = empty(3, n);
          backend.spmmPacked(packed, random(2, COLUMNS, n), c, Epilogue.NONE);
          return new Tensor[] {c};
        });
  }
}
