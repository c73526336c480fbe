package dev.espalier.prune.structure;

import dev.espalier.tensor.sparse.Granularity;

/**
 * The 2-D slices [kh, kw] of convolution weights [O, I, kh, kw] live or die as wholes: what a
 * filter sees of one input channel. Linear layers are left alone.
 *
 * <p>Source: H. Mao et al., Exploring the Granularity of Sparsity in Convolutional Neural Networks
 * (2017), "kernel-level".
 */
public record KernelStructure() implements TiledStructure {
  @Override
  public Granularity granularity() {
    return new Granularity.Kernel();
  }
}
