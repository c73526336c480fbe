package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import java.util.function.ToDoubleFunction;

/**
 * Convolution with a block-sparse weight, and its gradients, on tensor cores (module {@code
 * blocks_conv_mma}).
 *
 * <p>The pattern is that of the matrix [O, C / groups · kh · kw], as of {@link
 * dev.espalier.tensor.spi.Backend#sparseConv2d}. Each call names the type to which it lets operands
 * be rounded: they are float32, or have the type's storage already; results are float32. The sums'
 * order is fixed: same inputs, same bits.
 *
 * <p>Blocks have 8, 16, 32 or 64 rows and columns in multiples of 8. The input gradient is fastest
 * where they span all taps of 8 input channels or more, [B, B · kh · kw] say: other blocks are cut
 * up into single taps of 8 channels, and what the weight does not store of those is multiplied too,
 * up to 8 times the work ({@link #gradInputPays}).
 */
public final class TensorCoreConvolution {
  private static final String OPERATION = "block-sparse convolution";
  private static final int THREADS = 128;
  private static final int ITEMS = 128;
  private static final int SAMPLED_COLUMNS = 64;
  private static final int SAMPLED_ROUND_BYTES = 128;
  private static final int LEAST = 8;
  private static final int MOST = 64;

  private final DeviceContext context;
  private final ToDoubleFunction<TensorCoreType> rates;

  /** The operations on one device. */
  public TensorCoreConvolution(DeviceContext context) {
    this(context, type -> TensorCoreRates.overFloat32(context.properties(), type));
  }

  /**
   * The operations on a device with other units.
   *
   * @param rates multiply-adds of tensor cores in the time of one of float32
   */
  TensorCoreConvolution(DeviceContext context, ToDoubleFunction<TensorCoreType> rates) {
    this.context = context;
    this.rates = rates;
  }

  /**
   * Why the kernels do not take a weight, or null if they do.
   *
   * @param weight the shape of the dense weight
   */
  public static String refusal(BsrPattern pattern, Shape weight, ConvSpec spec) {
    int height = pattern.blockHeight();
    if (height < LEAST || height > MOST || Integer.bitCount(height) != 1) {
      return "blocks must have 8, 16, 32 or 64 rows but have " + height;
    }
    if (pattern.blockWidth() % LEAST != 0) {
      return "blocks must have columns in multiples of 8 but have " + pattern.blockWidth();
    }
    if (spec.groups() > 1 && weight.dim(0) / spec.groups() % height != 0) {
      return "blocks of %d rows do not divide the %d output channels of a group"
          .formatted(height, weight.dim(0) / spec.groups());
    }
    return null;
  }

  /** As {@link #refusal}, for the input gradient. */
  public static String gradInputRefusal(BsrPattern pattern, Shape weight, ConvSpec spec) {
    String refusal = refusal(pattern, weight, spec);
    if (refusal == null && weight.dim(1) % LEAST != 0) {
      return "input channels must come in multiples of 8 per group but are " + weight.dim(1);
    }
    return refusal;
  }

  /**
   * Whether the input gradient is faster here than in float32, which multiplies no zeros: as long
   * as tensor cores outrun float32 by more than the zeros add, both kernels taken to reach the same
   * share of their units' rates.
   *
   * @param pattern of a weight that {@link #gradInputRefusal} lets pass
   * @param dx the gradient to be
   */
  public boolean gradInputPays(
      BsrPattern pattern, Shape weight, ConvSpec spec, Tensor dx, TensorCoreType type) {
    ConvPlan.Geometry geometry = geometry(weight, spec, dx);
    SparseIndex index = SparseIndex.of(pattern);
    int channels = channelsOfBlocks(index.rows(), geometry);
    return index.gradInputPadding(geometry, channels) <= rates.applyAsDouble(type);
  }

  private static void check(String refusal) {
    if (refusal != null) {
      throw new IllegalArgumentException(
          OPERATION + " on tensor cores: " + refusal + "; use the backend's sparseConv2d");
    }
  }

  /**
   * {@code out = relu(conv2d(x, w) + bias)}; x [N, C, H, W] of any strides, out [N, O, H', W']
   * contiguous float32, bias [O] float32 or null.
   *
   * @throws IllegalArgumentException with the {@link #refusal}
   */
  public void conv2d(
      BsrPattern pattern,
      Tensor values,
      Shape weight,
      Tensor x,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out,
      TensorCoreType type) {
    check(refusal(pattern, weight, spec));
    if (out.size() == 0) {
      return;
    }
    boolean flat = isFlat(weight, spec, x, out);
    try (Tensor in = flat ? flattened(x) : x.alias();
        Tensor target = flat ? flattened(out) : out.alias()) {
      var conv = SparseIndex.of(pattern).forwardShifted(geometry(weight, spec, in), type.piece());
      try (Tensor stored = TensorCoreOperands.flat(values, type);
          Tensor planes = ShiftedPlanes.of(context, in, conv.plan(), spec, type)) {
        ImageGrid grid = ImageGrid.forward(conv.plan(), target);
        product(conv.index(), stored, planes, bias, relu, grid, target, type);
      }
    }
  }

  /**
   * {@code dx = conv2dᵀ(dy, w)}; dy [N, O, H', W'] of any strides, dx [N, C, H, W] contiguous
   * float32, every element of which is written.
   *
   * @throws IllegalArgumentException with the {@link #gradInputRefusal}
   */
  public void conv2dGradInput(
      BsrPattern pattern,
      Tensor values,
      Shape weight,
      Tensor dy,
      ConvSpec spec,
      Tensor dx,
      TensorCoreType type) {
    check(gradInputRefusal(pattern, weight, spec));
    if (dx.size() == 0) {
      return;
    }
    if (dy.size() == 0) {
      dx.fill(0);
      return;
    }
    boolean flat = isFlat(weight, spec, dy, dx);
    try (Tensor in = flat ? flattened(dy) : dy.alias();
        Tensor target = flat ? flattened(dx) : dx.alias()) {
      ConvPlan.Geometry geometry = geometry(weight, spec, target);
      SparseIndex index = SparseIndex.of(pattern);
      int channels = channelsOfBlocks(index.rows(), geometry);
      var conv = index.gradInputBlocks(geometry, channels, type.piece());
      try (Tensor stored = ShiftedPlanes.repacked(context, values, conv.plan(), type);
          Tensor planes = ShiftedPlanes.of(context, in, conv.plan(), spec, type)) {
        ImageGrid grid = ImageGrid.gradInput(conv.plan(), spec, target);
        product(conv.index(), stored, planes, null, false, grid, target, type);
      }
    }
  }

  /**
   * The gradient of the stored values; x [N, C, H, W] and dy [N, O, H', W'] of any strides, dvalues
   * contiguous float32 in the shape of the values.
   *
   * @throws IllegalArgumentException with the {@link #refusal}
   */
  public void conv2dGradWeight(
      BsrPattern pattern,
      Shape weight,
      Tensor x,
      Tensor dy,
      ConvSpec spec,
      Tensor dvalues,
      TensorCoreType type) {
    check(refusal(pattern, weight, spec));
    if (dvalues.size() == 0) {
      return;
    }
    if (dy.size() == 0 || x.size() == 0) {
      dvalues.fill(0);
      return;
    }
    boolean flat = isFlat(weight, spec, x, dy);
    try (Tensor in = flat ? flattened(x) : x.alias();
        Tensor left = flat ? flattened(dy) : dy.alias()) {
      var conv = SparseIndex.of(pattern).forwardShifted(geometry(weight, spec, in), type.piece());
      ImageGrid grid = ImageGrid.forward(conv.plan(), left);
      try (Tensor leftPlanes = ShiftedPlanes.ofOutputs(context, left, conv.plan(), type);
          Tensor planes = ShiftedPlanes.of(context, in, conv.plan(), spec, type)) {
        sampled(conv.index(), leftPlanes, planes, grid, dvalues, type);
      }
    }
  }

  private static ConvPlan.Geometry geometry(Shape weight, ConvSpec spec, Tensor x) {
    return new ConvPlan.Geometry(weight, spec, x.dim(1), x.dim(2), x.dim(3));
  }

  /** Whether images may be seen as single rows, which leaves less of the last pieces unused. */
  private static boolean isFlat(Shape weight, ConvSpec spec, Tensor x, Tensor y) {
    boolean pointwise = spec.withGroups(1).isPointwise(weight.dim(2), weight.dim(3));
    return pointwise && x.isContiguous() && y.isContiguous();
  }

  private static Tensor flattened(Tensor x) {
    return x.reshape(x.dim(0), x.dim(1), 1, Math.multiplyExact(x.dim(2), x.dim(3)));
  }

  /** The largest blocks of channels that leave nothing unstored, or the smallest there are. */
  private static int channelsOfBlocks(StoredRows rows, ConvPlan.Geometry geometry) {
    int spanned = GradInputBlocks.spannedChannels(rows, geometry);
    int largest = Math.min(MOST, Integer.lowestOneBit(spanned));
    return Math.max(LEAST, largest);
  }

  private void product(
      SparseIndex index,
      Tensor values,
      Tensor planes,
      Tensor bias,
      boolean relu,
      ImageGrid grid,
      Tensor out,
      TensorCoreType type) {
    StoredRows rows = index.rows();
    long blocks = rows.rows() * Launch.ceilDiv(grid.items(), ITEMS);
    context
        .launch(
            "blocks_conv_mma",
            "blocks_conv_mma_%s_b%d".formatted(type.suffix(), rows.blockHeight()))
        .struct(grid.fields())
        .struct(TensorCoreOperands.index(context, index, null))
        .tensor(values)
        .tensor(planes)
        .tensor(bias)
        .int32(relu ? 1 : 0)
        .tensor(out)
        .run(Extent.of(Launch.gridX(OPERATION, blocks)), Extent.of(THREADS));
  }

  private void sampled(
      SparseIndex index,
      Tensor dy,
      Tensor planes,
      ImageGrid grid,
      Tensor out,
      TensorCoreType type) {
    StoredRows rows = index.rows();
    Chunks chunks = index.chunks(SAMPLED_COLUMNS);
    int round = SAMPLED_ROUND_BYTES / type.storage().bytes();
    SampleTile.Split split = SampleTile.Split.of(chunks.count(), grid.items(), round);
    try (Tensor sums = split.sums(out)) {
      context
          .launch(
              "blocks_conv_mma",
              "conv_sampled_mma_%s_b%d".formatted(type.suffix(), rows.blockHeight()))
          .struct(grid.fields())
          .int32(split.items())
          .struct(TensorCoreOperands.chunks(context, rows, chunks))
          .tensor(dy)
          .int32(grid.positions())
          .tensor(planes)
          .tensor(sums)
          .run(Extent.of(chunks.count(), split.count()), Extent.of(THREADS));
      split.join(context, sums, out);
    }
  }
}
