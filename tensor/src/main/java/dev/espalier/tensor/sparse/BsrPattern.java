package dev.espalier.tensor.sparse;

/**
 * The positions of a block-sparse matrix: a {@link CsrPattern} over blocks of a fixed size.
 *
 * @param blocks the pattern of the block grid
 * @param blockHeight rows per block
 * @param blockWidth columns per block
 */
public record BsrPattern(CsrPattern blocks, int blockHeight, int blockWidth) {
  public BsrPattern {
    if (blockHeight < 1 || blockWidth < 1) {
      throw new IllegalArgumentException("bsr: block size must be >= 1 but is %d×%d".formatted(blockHeight, blockWidth));
    }
    Math.multiplyExact(blocks.rows(), blockHeight);
    Math.multiplyExact(blocks.columns(), blockWidth);
  }

  public int rows() {
    return blocks.rows() * blockHeight;
  }

  public int columns() {
    return blocks.columns() * blockWidth;
  }
}
