package dev.espalier.prune.structure;

import dev.espalier.tensor.sparse.Granularity;

/**
 * N×1: n neighbours in a column of the matrix view live or die together, that is n outputs that
 * share an input, as wide as a vector register holds. Weights whose number of rows is not divisible
 * by n are left alone.
 *
 * <p>Source: E. Elsen, M. Dukhan, T. Gale, K. Simonyan, Fast Sparse ConvNets (2020), section 3.
 *
 * @param n rows per group
 */
public record ColumnVectorStructure(int n) implements TiledStructure {
  @Override
  public Granularity granularity() {
    return new Granularity.ColumnVector(n);
  }
}
