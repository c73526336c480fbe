package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import java.util.Arrays;

/**
 * The positions of a block-sparse matrix: a {@link CsrPattern} over blocks of a fixed size;
 * immutable, without values.
 *
 * <p>Values are stored block by block in the pattern's order, each block row-major.
 */
public final class BsrPattern implements SparsePattern {
  private final CsrPattern blocks;
  private final int blockHeight;
  private final int blockWidth;
  private final Derived derived = new Derived();
  private volatile int[] flatPositions;
  private volatile int[] transposePermutation;
  private volatile int[] transposedFlatPositions;
  private volatile CsrPattern elements;
  private volatile int[] elementOrder;
  private volatile BsrPattern transposed;

  /**
   * @param blocks the pattern of the block grid
   * @param blockHeight rows per block
   * @param blockWidth columns per block
   */
  public BsrPattern(CsrPattern blocks, int blockHeight, int blockWidth) {
    if (blockHeight < 1 || blockWidth < 1) {
      throw new IllegalArgumentException(
          "bsr: block size must be >= 1 but is %d×%d".formatted(blockHeight, blockWidth));
    }
    if ((long) blocks.rows() * blockHeight > Integer.MAX_VALUE
        || (long) blocks.columns() * blockWidth > Integer.MAX_VALUE
        || (long) blocks.nnz() * blockHeight * blockWidth > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "bsr: %d×%d blocks of %d×%d, %d of them stored, exceed 2^31 - 1 rows, columns or values"
              .formatted(blocks.rows(), blocks.columns(), blockHeight, blockWidth, blocks.nnz()));
    }
    this.blocks = blocks;
    this.blockHeight = blockHeight;
    this.blockWidth = blockWidth;
  }

  /**
   * The blocks that hold at least one position of a pattern.
   *
   * @throws IllegalArgumentException if the matrix is not divisible into such blocks
   */
  public static BsrPattern covering(CsrPattern pattern, int blockHeight, int blockWidth) {
    if (blockHeight < 1
        || blockWidth < 1
        || pattern.rows() % blockHeight != 0
        || pattern.columns() % blockWidth != 0) {
      throw new IllegalArgumentException(
          "bsr: a %d×%d matrix is not divisible into %d×%d blocks; choose divisors of its extents or use csr"
              .formatted(pattern.rows(), pattern.columns(), blockHeight, blockWidth));
    }
    int blockRows = pattern.rows() / blockHeight;
    int blockColumns = pattern.columns() / blockWidth;
    int[] offsets = new int[blockRows + 1];
    int[] found = new int[Math.min(pattern.nnz(), 16)];
    boolean[] occupied = new boolean[blockColumns];
    int count = 0;
    for (int blockRow = 0; blockRow < blockRows; blockRow++) {
      int end = pattern.rowOffsets()[(blockRow + 1) * blockHeight];
      for (int p = pattern.rowOffsets()[blockRow * blockHeight]; p < end; p++) {
        occupied[pattern.columnIndices()[p] / blockWidth] = true;
      }
      for (int blockColumn = 0; blockColumn < blockColumns; blockColumn++) {
        if (occupied[blockColumn]) {
          occupied[blockColumn] = false;
          found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
          found[count++] = blockColumn;
        }
      }
      offsets[blockRow + 1] = count;
    }
    var blocks = CsrPattern.owning(blockRows, blockColumns, offsets, Arrays.copyOf(found, count));
    return new BsrPattern(blocks, blockHeight, blockWidth);
  }

  /** The pattern of the block grid. */
  public CsrPattern blocks() {
    return blocks;
  }

  /** Rows per block. */
  public int blockHeight() {
    return blockHeight;
  }

  /** Columns per block. */
  public int blockWidth() {
    return blockWidth;
  }

  @Override
  public int rows() {
    return blocks.rows() * blockHeight;
  }

  @Override
  public int columns() {
    return blocks.columns() * blockWidth;
  }

  @Override
  public int nnz() {
    return blocks.nnz() * blockHeight * blockWidth;
  }

  @Override
  public Derived derived() {
    return derived;
  }

  @Override
  public Shape valuesShape() {
    return Shape.of(blocks.nnz(), blockHeight, blockWidth);
  }

  @Override
  public BsrPattern transpose() {
    BsrPattern known = transposed;
    if (known == null) {
      known = new BsrPattern(blocks.transpose(), blockWidth, blockHeight);
      transposed = known;
    }
    return known;
  }

  @Override
  public int[] transposePermutation() {
    int[] known = transposePermutation;
    if (known == null) {
      known = new int[nnz()];
      int at = 0;
      for (int block : blocks.transposePermutation()) {
        for (int j = 0; j < blockWidth; j++) {
          for (int i = 0; i < blockHeight; i++) {
            known[at++] = (block * blockHeight + i) * blockWidth + j;
          }
        }
      }
      transposePermutation = known;
    }
    return known;
  }

  @Override
  public int[] flatPositions() {
    int[] known = flatPositions;
    if (known == null) {
      if ((long) rows() * columns() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "bsr: the dense %d×%d matrix has more than 2^31 - 1 elements"
                .formatted(rows(), columns()));
      }
      known = new int[nnz()];
      int at = 0;
      for (int blockRow = 0; blockRow < blocks.rows(); blockRow++) {
        for (int b = blocks.rowOffsets()[blockRow]; b < blocks.rowOffsets()[blockRow + 1]; b++) {
          int corner = blockRow * blockHeight * columns() + blocks.columnIndices()[b] * blockWidth;
          for (int i = 0; i < blockHeight; i++) {
            for (int j = 0; j < blockWidth; j++) {
              known[at++] = corner + i * columns() + j;
            }
          }
        }
      }
      flatPositions = known;
    }
    return known;
  }

  @Override
  public int[] transposedFlatPositions() {
    int[] known = transposedFlatPositions;
    if (known == null) {
      known = RowMajor.compose(flatPositions(), transposePermutation());
      transposedFlatPositions = known;
    }
    return known;
  }

  @Override
  public CsrPattern elements() {
    CsrPattern known = elements;
    if (known == null) {
      known = computeElements();
      elements = known;
    }
    return known;
  }

  private CsrPattern computeElements() {
    if (blockHeight == 1 && blockWidth == 1) {
      return blocks;
    }
    int[] offsets = new int[rows() + 1];
    int[] columnIndices = new int[nnz()];
    int at = 0;
    for (int row = 0; row < rows(); row++) {
      int blockRow = row / blockHeight;
      for (int b = blocks.rowOffsets()[blockRow]; b < blocks.rowOffsets()[blockRow + 1]; b++) {
        for (int j = 0; j < blockWidth; j++) {
          columnIndices[at++] = blocks.columnIndices()[b] * blockWidth + j;
        }
      }
      offsets[row + 1] = at;
    }
    return CsrPattern.owning(rows(), columns(), offsets, columnIndices);
  }

  @Override
  public int[] elementOrder() {
    int[] known = elementOrder;
    if (known == null && blockHeight > 1) {
      known = valuePositions(elements());
      elementOrder = known;
    }
    return known;
  }

  /** Where in the block storage each position of a pattern lies that these blocks cover. */
  int[] valuePositions(CsrPattern covered) {
    int[] positions = new int[covered.nnz()];
    int[] blockAt = new int[blocks.columns()];
    for (int row = 0; row < covered.rows(); row++) {
      int blockRow = row / blockHeight;
      for (int b = blocks.rowOffsets()[blockRow]; b < blocks.rowOffsets()[blockRow + 1]; b++) {
        blockAt[blocks.columnIndices()[b]] = b;
      }
      for (int p = covered.rowOffsets()[row]; p < covered.rowOffsets()[row + 1]; p++) {
        int column = covered.columnIndices()[p];
        positions[p] =
            (blockAt[column / blockWidth] * blockHeight + row % blockHeight) * blockWidth
                + column % blockWidth;
      }
    }
    return positions;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BsrPattern that
        && blockHeight == that.blockHeight
        && blockWidth == that.blockWidth
        && blocks.equals(that.blocks);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * blocks.hashCode() + blockHeight) + blockWidth;
  }

  @Override
  public String toString() {
    return "BsrPattern(%d×%d in %d×%d blocks, %d stored)"
        .formatted(rows(), columns(), blockHeight, blockWidth, blocks.nnz());
  }
}
