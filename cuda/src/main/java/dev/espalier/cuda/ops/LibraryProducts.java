package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.library.DenseLibrary;
import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.DenseProduct;
import dev.espalier.cuda.library.DenseProduct.Arithmetic;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Optional;

/**
 * Large dense products by the vendor's library, where there is one: it knows the device's own
 * instructions. Small ones are ours, as they are over before its choice of a kernel pays.
 */
final class LibraryProducts {
  private static final int LEAST_EXTENT = 32;
  private static final long LEAST_TERMS = 1L << 20;

  private final DeviceContext context;
  private final Gemm gemm;

  LibraryProducts(DeviceContext context, Gemm gemm) {
    this.context = context;
    this.gemm = gemm;
  }

  /** Computes the product if the library is there and takes it; false if nothing was done. */
  boolean tryGemm(
      double alpha,
      Tensor a,
      Tensor b,
      double beta,
      Tensor c,
      Epilogue epilogue,
      ProductWork work) {
    if (!isLarge(work) || !isDescribable(a) || !isDescribable(b) || !isDescribable(c)) {
      return false;
    }
    Optional<DenseLibrary> library = context.libraries().dense();
    if (library.isEmpty() || isTransposed(c)) {
      return false;
    }
    if (epilogue.equals(Epilogue.NONE)) {
      library.get().gemm(product(work, alpha, a, b, beta, operand(c)), context.stream());
      return true;
    }
    long bytes = work.results() * c.dtype().bytes();
    try (DeviceBuffer plain = context.scratch(bytes, "gemm")) {
      DevicePointer at = context.pointer(plain);
      long plane = (long) work.m() * work.n();
      var result = new DenseOperand(at, c.dtype(), false, work.n(), plane);
      library.get().gemm(product(work, 1, a, b, 0, result), context.stream());
      gemm.finish(work, alpha, a, b, beta, c, epilogue, at);
    }
    return true;
  }

  private static boolean isLarge(ProductWork work) {
    return Math.min(work.m(), Math.min(work.n(), work.k())) >= LEAST_EXTENT
        && work.results() * work.k() >= LEAST_TERMS;
  }

  private DenseProduct product(
      ProductWork work, double alpha, Tensor a, Tensor b, double beta, DenseOperand c) {
    Arithmetic arithmetic =
        c.type() == DType.FLOAT32
            ? Arithmetic.valueOf(Precision.current().name())
            : Arithmetic.FLOAT32;
    return new DenseProduct(
        work.m(),
        work.n(),
        work.k(),
        work.layers(),
        arithmetic,
        alpha,
        operand(a),
        operand(b),
        beta,
        c);
  }

  private DenseOperand operand(Tensor t) {
    boolean transposed = isTransposed(t);
    return new DenseOperand(
        context.pointer(t),
        t.dtype(),
        transposed,
        transposed ? t.stride(-1) : t.stride(-2),
        t.rank() == 3 ? t.stride(0) : 0);
  }

  private static boolean isTransposed(Tensor t) {
    return t.stride(-1) != 1;
  }

  /** Whether one axis has adjacent elements and the other, longer strides without overlap. */
  private static boolean isDescribable(Tensor t) {
    int fast = isTransposed(t) ? -2 : -1;
    long leading = t.stride(-3 - fast);
    return t.stride(fast) == 1 && leading >= t.dim(fast) && leading <= Integer.MAX_VALUE;
  }
}
