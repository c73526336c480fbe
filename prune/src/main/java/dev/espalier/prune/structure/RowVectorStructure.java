package dev.espalier.prune.structure;

import dev.espalier.tensor.sparse.Granularity;

/**
 * 1×N: n neighbours in a row of the matrix view live or die together, that is n inputs of one
 * output. Weights whose rows do not divide into such runs are left alone.
 *
 * <p>Source: Z. Yao et al., Balanced Sparsity (2019) and H. Mao et al., Exploring the Granularity
 * of Sparsity in Convolutional Neural Networks (2017), "vector-level".
 *
 * @param n neighbours per group
 */
public record RowVectorStructure(int n) implements TiledStructure {
  @Override
  public Granularity granularity() {
    return new Granularity.RowVector(n);
  }
}
