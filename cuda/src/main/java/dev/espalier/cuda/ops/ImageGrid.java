package dev.espalier.cuda.ops;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;

/**
 * The kernels' {@code ImageItems}: which pixel of which image an item is, where it reads the planes
 * and where its result lies.
 *
 * @param items pixels of the grid over all images
 * @param plan whose grid and planes these are
 * @param channels of the result
 * @param height of the result
 * @param width of the result
 * @param phasesW of a strided input gradient, else 1
 * @param stepH from grid row to grid row, in the result
 * @param stepW from grid column to grid column, in the result
 * @param originH the result's row at grid row 0 of phase 0
 * @param originW the result's column at grid column 0 of phase 0
 */
record ImageGrid(
    int items,
    ConvPlan plan,
    int channels,
    int height,
    int width,
    int phasesW,
    int stepH,
    int stepW,
    int originH,
    int originW) {
  private static final int VECTOR = 4;

  /** One item for each pixel of an output [N, O, H', W']. */
  static ImageGrid forward(ConvPlan plan, Tensor out) {
    return new ImageGrid(count(plan, out), plan, out.dim(1), out.dim(2), out.dim(3), 1, 1, 1, 0, 0);
  }

  /** One item for each position of the input's grid; dx [N, C, H, W]. */
  static ImageGrid gradInput(ConvPlan plan, ConvSpec spec, Tensor dx) {
    return new ImageGrid(
        count(plan, dx),
        plan,
        dx.dim(1),
        dx.dim(2),
        dx.dim(3),
        spec.strideW(),
        spec.strideH(),
        spec.strideW(),
        origin(plan.height(), spec.strideH(), spec.padH()),
        origin(plan.width(), spec.strideW(), spec.padW()));
  }

  private static int count(ConvPlan plan, Tensor tensor) {
    return Grids.extent(
        "sparse convolution", (long) tensor.dim(0) * plan.height().grid() * plan.width().grid());
  }

  private static int origin(ConvGrid grid, int stride, int pad) {
    return (grid.start() - grid.pad()) * stride - pad;
  }

  /** Of the grid, per image. */
  int positions() {
    return plan.height().grid() * plan.width().grid();
  }

  /** How many neighbouring items lie next to each other both in the planes and in the result. */
  int vector(DType type, DevicePointer planes, DevicePointer result) {
    boolean runs =
        type == DType.FLOAT32
            && plan.isDense()
            && stepH == 1
            && stepW == 1
            && plan.height().grid() == height
            && plan.width().grid() == width;
    long[] distances = {positions()};
    return runs
            && Vectors.width(type.bytes(), distances, planes.address(), result.address()) == VECTOR
        ? VECTOR
        : 1;
  }

  /** The kernel's {@code ImageItems}. */
  ByteBuffer fields() {
    ConvGrid columns = plan.width();
    return new Fields()
        .int32(items)
        .divisor(positions())
        .divisor(columns.grid())
        .divisor(channels)
        .divisor(phasesW)
        .int32((int) plan.imageElements())
        .int32(columns.extent())
        .int32(height)
        .int32(width)
        .int32(stepH)
        .int32(stepW)
        .int32(originH)
        .int32(originW)
        .build();
  }
}
