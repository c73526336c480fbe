package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.DenseProduct;
import dev.espalier.cuda.library.DenseProduct.Arithmetic;
import dev.espalier.tensor.DType;
import jcuda.jcublas.cublasComputeType;
import org.junit.jupiter.api.Test;

final class JCudaLibrariesTest {
  private static DenseOperand operand(boolean transposed, DType type, long leading) {
    return new DenseOperand(new DevicePointer(256), type, transposed, leading, 0);
  }

  private static DenseProduct product(
      DType type, Arithmetic arithmetic, boolean transposeA, boolean transposeB) {
    int m = 3;
    int n = 5;
    int k = 4;
    return new DenseProduct(
        m,
        n,
        k,
        1,
        arithmetic,
        1,
        operand(transposeA, type, transposeA ? m : k),
        operand(transposeB, type, transposeB ? k : n),
        0,
        operand(false, type, n));
  }

  /** A column-major product as BLAS defines it, over memory that holds row-major matrices. */
  private static double[] blas(ColumnMajorProduct p, double[] first, double[] second) {
    double[] c = new double[p.m() * p.n()];
    for (int i = 0; i < p.m(); i++) {
      for (int j = 0; j < p.n(); j++) {
        for (int t = 0; t < p.k(); t++) {
          c[j * p.m() + i] += at(p.first(), first, i, t) * at(p.second(), second, t, j);
        }
      }
    }
    return c;
  }

  private static double at(DenseOperand operand, double[] memory, int row, int column) {
    int leading = (int) operand.leading();
    return operand.transposed() ? memory[row * leading + column] : memory[column * leading + row];
  }

  @Test
  void aRowMajorProductIsAColumnMajorOneOfExchangedOperands() {
    for (int layout = 0; layout < 4; layout++) {
      boolean ta = layout % 2 == 1;
      boolean tb = layout / 2 == 1;
      DenseProduct p = product(DType.FLOAT64, Arithmetic.FLOAT32, ta, tb);
      double[] a = new double[12];
      double[] b = new double[20];
      double[] expected = new double[15];
      for (int i = 0; i < 3; i++) {
        for (int t = 0; t < 4; t++) {
          a[ta ? t * 3 + i : i * 4 + t] = i * 7 + t * 3 - 5;
        }
      }
      for (int t = 0; t < 4; t++) {
        for (int j = 0; j < 5; j++) {
          b[tb ? j * 4 + t : t * 5 + j] = t * t - 2 * j;
        }
      }
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 5; j++) {
          for (int t = 0; t < 4; t++) {
            expected[i * 5 + j] += (i * 7 + t * 3 - 5) * (t * t - 2.0 * j);
          }
        }
      }
      assertThat(blas(ColumnMajorProduct.of(p), b, a))
          .as("layout %d", layout)
          .containsExactly(expected);
    }
  }

  @Test
  void nothingIsRoundedUnlessAsked() {
    assertThat(JCublasLibrary.computeType(product(DType.FLOAT32, Arithmetic.FLOAT32, false, false)))
        .isEqualTo(cublasComputeType.CUBLAS_COMPUTE_32F);
    assertThat(JCublasLibrary.computeType(product(DType.FLOAT32, Arithmetic.TF32, false, false)))
        .isEqualTo(cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32);
    assertThat(JCublasLibrary.computeType(product(DType.FLOAT64, Arithmetic.TF32, false, false)))
        .isEqualTo(cublasComputeType.CUBLAS_COMPUTE_64F);
    assertThat(JCublasLibrary.computeType(product(DType.BFLOAT16, Arithmetic.FLOAT32, true, true)))
        .isEqualTo(cublasComputeType.CUBLAS_COMPUTE_32F);
  }

  @Test
  void anAbsentLibraryIsOneSentence() {
    String library = "libcublas.so.12";
    assertThat(
            JCudaLibraries.absence(
                "JCublas2",
                library,
                JCudaLibraries.DENSE,
                new UnsatisfiedLinkError("x\n" + library + ": cannot open shared object")))
        .isEqualTo(
            "JCublas2 is absent (libcublas.so.12, a part of CUDA 12, was not found); dense products"
                + " use Espalier's own kernels");
    assertThat(
            JCudaLibraries.absence(
                "JCusparse", "libcusparse.so.12", JCudaLibraries.SPARSE, new LinkageError("a\nb")))
        .startsWith("JCusparse is absent (a); nothing is compared with its sparse products");
  }

  @Test
  void typesThatNoLibraryTakesAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataTypes.of(DType.INT8, "gemm"))
        .withMessageContainingAll("gemm", "int8");
  }
}
