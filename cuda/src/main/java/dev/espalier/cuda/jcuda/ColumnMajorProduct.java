package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.DenseProduct;

/**
 * A product as cuBLAS takes it, whose matrices are column-major: a row-major {@code c = a b} is a
 * column-major {@code cᵀ = bᵀ aᵀ} of the same memory, so the operands change places.
 *
 * @param m rows of the column-major result, its fast extent
 * @param n columns of the column-major result
 */
record ColumnMajorProduct(int m, int n, int k, DenseOperand first, DenseOperand second) {
  static ColumnMajorProduct of(DenseProduct product) {
    return new ColumnMajorProduct(product.n(), product.m(), product.k(), product.b(), product.a());
  }
}
