package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Entries;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.Optional;
import java.util.function.Function;

/**
 * Convolution with a sparse weight, and its gradients: products of the stored rows with planes that
 * the input is laid out in, without im2col (module {@code sparse_conv}).
 *
 * <p>Block-sparse ones run on tensor cores where the {@link dev.espalier.cuda.context.Precision} of
 * the calling thread allows it and {@link TensorCoreConvolution} takes the blocks; input gradients
 * where it {@linkplain TensorCoreConvolution#gradInputPays pays} too.
 */
public final class SparseConvolution {
  private static final int THREADS = 128;

  private final DeviceContext context;
  private final TensorCoreConvolution tensorCores;

  /** The operations on one device. */
  public SparseConvolution(DeviceContext context) {
    this(context, new TensorCoreConvolution(context));
  }

  /** With the tensor cores of another device. */
  SparseConvolution(DeviceContext context, TensorCoreConvolution tensorCores) {
    this.context = context;
    this.tensorCores = tensorCores;
  }

  /** {@link dev.espalier.tensor.spi.Backend#sparseConv2d}. */
  public void sparseConv2d(
      SparsePattern pattern,
      Tensor values,
      Shape weight,
      Tensor x,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    if (out.size() == 0) {
      return;
    }
    Optional<TensorCoreType> type = TensorCoreType.allowed(out.dtype());
    if (type.isPresent()
        && pattern instanceof BsrPattern blocks
        && TensorCoreConvolution.refusal(blocks, weight, spec) == null) {
      tensorCores.conv2d(blocks, values, weight, x, bias, relu, spec, out, type.get());
      return;
    }
    var geometry = new ConvPlan.Geometry(weight, spec, x.dim(1), x.dim(2), x.dim(3));
    SparsePattern rows = blocksOrElements(pattern, geometry);
    SparseIndex index = SparseIndex.of(rows);
    SparseIndex.ConvIndex conv = index.forward(geometry);
    ImageGrid grid = ImageGrid.forward(conv.plan(), out);
    try (Tensor stored = storedAs(rows, pattern, values);
        Tensor planes = ConvPlanes.of(context, x, conv.plan())) {
      product(conv.index(), stored, planes, bias, relu, grid, out);
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#sparseConv2dGradInput}. */
  public void sparseConv2dGradInput(
      SparsePattern pattern, Tensor values, Shape weight, Tensor dy, ConvSpec spec, Tensor dx) {
    if (dx.size() == 0) {
      return;
    }
    if (dy.size() == 0) {
      dx.fill(0);
      return;
    }
    Optional<TensorCoreType> type = TensorCoreType.allowed(dx.dtype());
    if (type.isPresent()
        && pattern instanceof BsrPattern blocks
        && TensorCoreConvolution.gradInputRefusal(blocks, weight, spec) == null
        && tensorCores.gradInputPays(blocks, weight, spec, dx, type.get())) {
      tensorCores.conv2dGradInput(blocks, values, weight, dy, spec, dx, type.get());
      return;
    }
    var geometry = new ConvPlan.Geometry(weight, spec, dx.dim(1), dx.dim(2), dx.dim(3));
    SparseIndex.ConvIndex conv = gradInputIndex(pattern, geometry);
    ConvPlan plan = conv.plan();
    ImageGrid grid = ImageGrid.gradInput(plan, spec, dx);
    try (Tensor stored = Entries.gather(values, plan.permutation(), plan.index().valuesShape());
        Tensor planes = ConvPlanes.of(context, dy, plan)) {
      product(conv.index(), stored, planes, null, false, grid, dx);
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#sparseConv2dGradWeight}. */
  public void sparseConv2dGradWeight(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues) {
    if (dvalues.size() == 0) {
      return;
    }
    if (dy.size() == 0 || x.size() == 0) {
      dvalues.fill(0);
      return;
    }
    Optional<TensorCoreType> type = TensorCoreType.allowed(dvalues.dtype());
    if (type.isPresent()
        && pattern instanceof BsrPattern blocks
        && TensorCoreConvolution.refusal(blocks, weight, spec) == null) {
      tensorCores.conv2dGradWeight(blocks, weight, x, dy, spec, dvalues, type.get());
      return;
    }
    var geometry = new ConvPlan.Geometry(weight, spec, x.dim(1), x.dim(2), x.dim(3));
    SparsePattern rows = blocksOrElements(pattern, geometry);
    SparseIndex.ConvIndex conv = SparseIndex.of(rows).forward(geometry);
    ImageGrid grid = ImageGrid.forward(conv.plan(), dy);
    boolean direct = rows == pattern || pattern.elementOrder() == null;
    try (Tensor left = dy.contiguous();
        Tensor planes = ConvPlanes.of(context, x, conv.plan());
        Tensor out =
            direct ? dvalues.alias() : Tensor.empty(x.dtype(), rows.valuesShape(), x.device())) {
      sampled(conv.index(), left, planes, grid, out);
      if (!direct) {
        try (Tensor ordered = Entries.scatter(out, pattern.elementOrder(), dvalues.shape())) {
          dvalues.copyFrom(ordered);
        }
      }
    }
  }

  /**
   * The pattern itself where all rows of a block see the same input channels, else its elements.
   */
  private static SparsePattern blocksOrElements(SparsePattern pattern, ConvPlan.Geometry geometry) {
    return geometry.groupsHold(SparseIndex.of(pattern).rows().blockHeight())
        ? pattern
        : pattern.elements();
  }

  /**
   * Blocks where those of the weight span all taps of several input channels and more than one
   * output channel, so that every read of dy serves those channels; else elements.
   */
  private static SparseIndex.ConvIndex gradInputIndex(
      SparsePattern pattern, ConvPlan.Geometry geometry) {
    SparseIndex index = SparseIndex.of(pattern);
    StoredRows rows = index.rows();
    int channels = GradInputBlocks.spannedChannels(rows, geometry);
    return rows.blockHeight() > 1 && channels > 1 && geometry.groupsHold(rows.blockHeight())
        ? index.gradInputBlocks(geometry, channels, 0)
        : SparseIndex.gradInput(pattern, geometry);
  }

  private static Tensor storedAs(SparsePattern rows, SparsePattern pattern, Tensor values) {
    return rows == pattern ? Operands.aligned(values) : Operands.inElementOrder(pattern, values);
  }

  private void product(
      SparseIndex index,
      Tensor values,
      Tensor planes,
      Tensor bias,
      boolean relu,
      ImageGrid grid,
      Tensor out) {
    DType type = out.dtype();
    StoredRows rows = index.rows();
    int vector = grid.vector(type, context.pointer(planes), context.pointer(out));
    String kernel;
    Function<Launch, Launch> matrix;
    int blocks;
    if (rows.isScalar()) {
      var tile = ColumnTile.ofImages(type, vector, grid.items());
      kernel = "sparse_conv_%s_%s".formatted(Operands.name(type), tile.name());
      blocks = tile.grid("sparse convolution", rows.rows(), grid.items());
      matrix =
          launch ->
              launch
                  .int32(rows.rows())
                  .int32(rows.values())
                  .pointer(context.constant(index.order()))
                  .pointer(context.constant(rows.offsets()))
                  .pointer(context.constant(rows.columns()))
                  .tensor(values);
    } else {
      var tile = BlockTile.of(rows.blockHeight(), vector);
      kernel = "block_conv_%s_%s".formatted(Operands.name(type), tile.name());
      blocks = tile.grid("sparse convolution", rows.rows(), grid.items());
      matrix = launch -> launch.struct(tile.rows(context, index, values));
    }
    matrix
        .apply(context.launch("sparse_conv", kernel).struct(grid.fields()))
        .tensor(planes)
        .tensor(bias)
        .int32(relu ? 1 : 0)
        .tensor(out)
        .run(Extent.of(blocks), Extent.of(THREADS));
  }

  private void sampled(SparseIndex index, Tensor dy, Tensor planes, ImageGrid grid, Tensor out) {
    DType type = out.dtype();
    int vector = grid.vector(type, context.pointer(planes), context.pointer(dy));
    var tile = SampleTile.of(index, vector);
    SampleTile.Split split = tile.split(index, grid.items());
    try (Tensor sums = split.sums(out)) {
      context
          .launch("sparse_conv", "conv_sampled_%s_%s".formatted(Operands.name(type), tile.name()))
          .struct(grid.fields())
          .int32(split.items())
          .struct(tile.chunks(context, index))
          .tensor(dy)
          .tensor(planes)
          .tensor(sums)
          .run(
              Extent.of(tile.blocks("sparse convolution", index), split.count()),
              Extent.of(THREADS));
      split.join(context, sums, out);
    }
  }
}
