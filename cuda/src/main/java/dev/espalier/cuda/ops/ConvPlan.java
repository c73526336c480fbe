package dev.espalier.cuda.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.CsrPattern;
import java.util.Arrays;

/**
 * A sparse convolution as a product of stored rows with laid-out planes: the places of the stored
 * columns, worked out once for a pattern and an input extent.
 *
 * @param height of the grid and the planes
 * @param width of the grid and the planes
 * @param channels of the tensor that is laid out
 * @param index rows and, for columns, the place of each stored column in one image's planes
 * @param permutation for each value of the index its position among the pattern's values, or null
 */
public record ConvPlan(
    ConvGrid height, ConvGrid width, int channels, StoredRows index, int[] permutation) {

  /** Extents and specification of one convolution. */
  public record Geometry(Shape weight, ConvSpec spec, int channels, int height, int width) {
    public int outChannels() {
      return weight.dim(0);
    }

    int perGroup() {
      return weight.dim(1);
    }

    int kernelH() {
      return weight.dim(2);
    }

    int kernelW() {
      return weight.dim(3);
    }

    public int outHeight() {
      return spec.outHeight(height, kernelH());
    }

    public int outWidth() {
      return spec.outWidth(width, kernelW());
    }

    /** The first input channel that an output channel sees. */
    int firstChannel(int outChannel) {
      return outChannel / (outChannels() / spec.groups()) * perGroup();
    }

    /** Whether rows of blocks of that height see the same input channels. */
    boolean groupsHold(int blockHeight) {
      return spec.groups() == 1 || outChannels() / spec.groups() % blockHeight == 0;
    }
  }

  /** Forward, and what the weight gradient samples at; the geometry's groups hold the blocks. */
  public static ConvPlan forward(StoredRows rows, Geometry g) {
    ConvSpec spec = g.spec;
    var height = ConvGrid.forwardH(spec, g.outHeight(), g.kernelH());
    var width = ConvGrid.forwardW(spec, g.outWidth(), g.kernelW());
    int taps = g.kernelH() * g.kernelW();
    int[] places = new int[rows.columns().length];
    for (int row = 0; row < rows.rows(); row++) {
      int base = g.firstChannel(row * rows.blockHeight());
      for (int p = rows.offsets()[row]; p < rows.offsets()[row + 1]; p++) {
        int column = rows.columns()[p];
        int h = column % taps / g.kernelW() * spec.dilationH();
        int w = column % g.kernelW() * spec.dilationW();
        int plane =
            ((base + column / taps) * height.phases() + h % spec.strideH()) * width.phases()
                + w % spec.strideW();
        places[p] =
            (plane * height.extent() + height.place(h, spec.strideH())) * width.extent()
                + width.place(w, spec.strideW());
      }
    }
    var index =
        new StoredRows(rows.rows(), rows.blockHeight(), rows.blockWidth(), rows.offsets(), places);
    return new ConvPlan(height, width, g.channels, index, null);
  }

  /**
   * Input gradient: one row for each phase and input channel, with the taps of that phase and the
   * output channels of its group.
   */
  static ConvPlan gradInput(CsrPattern elements, int[] elementOrder, Geometry g) {
    ConvSpec spec = g.spec;
    var height = ConvGrid.gradInputH(spec, g.height, g.kernelH());
    var width = ConvGrid.gradInputW(spec, g.width, g.kernelW());
    int taps = g.kernelH() * g.kernelW();
    int rows = Math.multiplyExact(spec.strideH() * spec.strideW(), g.channels);
    int[] rowOf = new int[elements.nnz()];
    int[] placeOf = new int[elements.nnz()];
    int[] offsets = new int[rows + 1];
    for (int o = 0; o < elements.rows(); o++) {
      for (int p = elements.rowOffsets()[o]; p < elements.rowOffsets()[o + 1]; p++) {
        int column = elements.columnIndices()[p];
        int h = column % taps / g.kernelW() * spec.dilationH();
        int w = column % g.kernelW() * spec.dilationW();
        int phase = h % spec.strideH() * spec.strideW() + w % spec.strideW();
        rowOf[p] = phase * g.channels + g.firstChannel(o) + column / taps;
        placeOf[p] =
            (o * height.extent() + height.place(h, spec.strideH())) * width.extent()
                + width.place(w, spec.strideW());
        offsets[rowOf[p] + 1]++;
      }
    }
    for (int row = 0; row < rows; row++) {
      offsets[row + 1] += offsets[row];
    }
    int[] next = Arrays.copyOf(offsets, rows);
    int[] places = new int[elements.nnz()];
    int[] permutation = new int[elements.nnz()];
    for (int p = 0; p < rowOf.length; p++) {
      int at = next[rowOf[p]]++;
      places[at] = placeOf[p];
      permutation[at] = elementOrder == null ? p : elementOrder[p];
    }
    var index = new StoredRows(rows, 1, 1, offsets, places);
    return new ConvPlan(height, width, g.outChannels(), index, permutation);
  }

  /** Elements of one image's planes. */
  public long imageElements() {
    return (long) channels * height.phases() * width.phases() * height.extent() * width.extent();
  }

  /** Whether the planes are a contiguous tensor of these extents itself. */
  boolean isIdentity(int tensorHeight, int tensorWidth) {
    return height.isIdentity(tensorHeight) && width.isIdentity(tensorWidth);
  }

  /**
   * Whether item j of every row is the element j further on: no tap moves, nothing lies between.
   */
  public boolean isDense() {
    return height.extent() == height.grid() && width.extent() == width.grid();
  }
}
