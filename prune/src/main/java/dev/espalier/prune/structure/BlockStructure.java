package dev.espalier.prune.structure;

import dev.espalier.tensor.sparse.Granularity;

/**
 * Blocks of {@code height} × {@code width} of the matrix view live or die together. Weights that do
 * not divide into such blocks are left alone.
 *
 * <p>Source: S. Gray, A. Radford, D. Kingma, GPU Kernels for Block-Sparse Weights (2017).
 *
 * @param height rows per block
 * @param width columns per block
 */
public record BlockStructure(int height, int width) implements TiledStructure {
  @Override
  public Granularity granularity() {
    return new Granularity.Block(height, width);
  }
}
