package dev.espalier.cuda.codegen;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.ops.ConvPlan;
import dev.espalier.cuda.ops.ConvPlanes;
import dev.espalier.cuda.ops.StoredRows;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.sparse.CsrPattern;

/**
 * Linear and convolution layers whose weight is frozen: for inference after pruning is finished,
 * each weight and extent gets a kernel of its own, with pattern and values as immediate operands.
 *
 * <p>Compiling takes time and code grows with the stored values, so this pays for weights that are
 * used often and have at most some hundred thousand values; more are refused. Kernels are kept by a
 * hash of the weight until {@link #close}; values and bias are read for it in each call, fastest on
 * the host. Sums are taken in the order of the stored columns, in the operands' type, with fused
 * multiply-adds, so that the same operands give the same bits.
 *
 * <p>Source of the method: Z. Wang, SparseRT: Accelerating Unstructured Sparsity on GPUs for Deep
 * Learning Inference, 2020.
 */
public final class FrozenLayers implements AutoCloseable {
  private static final int VECTOR_BYTES = 16;

  private final DeviceContext context;
  private final FrozenKernels kernels;

  /** No kernels yet; close them before the device. */
  public FrozenLayers(DeviceContext context) {
    this.context = context;
    kernels = new FrozenKernels(context);
  }

  /** How many kernels have been compiled and are kept. */
  public int size() {
    return kernels.size();
  }

  /**
   * {@code c = A b + bias}, then ReLU if asked; A [M, K], b [K, N] and c [M, N], both contiguous,
   * on the device and of one type, float32 or float64.
   *
   * @param values of the pattern's positions, on any device
   * @param bias [M] on any device, or null
   * @throws IllegalArgumentException if an operand does not fit, or the weight has more values than
   *     are built into code
   */
  public void spmm(
      CsrPattern pattern, Tensor values, Tensor bias, boolean relu, Tensor b, Tensor c) {
    FrozenOperands.checkWeight(pattern, values, bias);
    FrozenOperands.checkProduct(pattern, b, c);
    context.requireHere(FrozenOperands.NAME, b, c);
    if (c.size() == 0) {
      return;
    }
    int n = b.dim(1);
    int vector = n % 4 == 0 && isAligned(b) && isAligned(c) ? VECTOR_BYTES / b.dtype().bytes() : 1;
    int[] places = new int[pattern.nnz()];
    for (int p = 0; p < places.length; p++) {
      places[p] = Math.multiplyExact(pattern.columnIndices()[p], n);
    }
    var grid = new FrozenGrid(n, n, 0, 0, vector);
    try (var _ = Use.of(FrozenOperands.NAME, b, c)) {
      run(pattern, places, values, bias, relu, grid, b, c, n);
    }
    c.touched();
  }

  /**
   * Convolution of x [N, C, H, W], of any strides, with a sparse weight, as {@link
   * dev.espalier.tensor.spi.Backend#sparseConv2d}; out [N, O, H', W'] contiguous; both on the
   * device and of one type, float32 or float64.
   *
   * @param values of the positions of the pattern [O, C/groups · kh · kw], on any device
   * @param weight the shape of the dense weight, [O, C/groups, kh, kw]
   * @param bias [O] on any device, or null
   * @throws IllegalArgumentException if an operand does not fit, or the weight has more values than
   *     are built into code
   */
  public void conv2d(
      CsrPattern pattern,
      Tensor values,
      Shape weight,
      Tensor x,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    FrozenOperands.checkWeight(pattern, values, bias);
    FrozenOperands.checkConvolution(pattern, weight, x, spec, out);
    context.requireHere(FrozenOperands.NAME, x, out);
    if (out.size() == 0) {
      return;
    }
    var geometry = new ConvPlan.Geometry(weight, spec, x.dim(1), x.dim(2), x.dim(3));
    ConvPlan plan = ConvPlan.forward(StoredRows.of(pattern), geometry);
    int positions = out.dim(2) * out.dim(3);
    try (var _ = Use.of(FrozenOperands.NAME, x, out);
        Tensor planes = ConvPlanes.of(context, x, plan)) {
      boolean runs = plan.isDense() && positions % 4 == 0 && isAligned(planes) && isAligned(out);
      var grid =
          new FrozenGrid(
              positions,
              out.dim(3),
              Math.toIntExact(plan.imageElements()),
              plan.width().extent(),
              runs ? VECTOR_BYTES / out.dtype().bytes() : 1);
      int items = Math.multiplyExact(out.dim(0), positions);
      run(pattern, plan.index().columns(), values, bias, relu, grid, planes, out, items);
    }
    out.touched();
  }

  private void run(
      CsrPattern pattern,
      int[] places,
      Tensor values,
      Tensor bias,
      boolean relu,
      FrozenGrid grid,
      Tensor in,
      Tensor out,
      int items) {
    var weight =
        new FrozenWeight(
            out.dtype(),
            pattern.rowOffsets(),
            places,
            values.toDoubleArray(),
            bias == null ? null : bias.toDoubleArray(),
            relu,
            grid);
    kernels.run(weight, weight.digest() + grid.vector(), in, out, items);
  }

  private static boolean isAligned(Tensor tensor) {
    return tensor.offset() * tensor.dtype().bytes() % VECTOR_BYTES == 0;
  }

  /** Unloads the kernels. */
  @Override
  public void close() {
    kernels.close();
  }
}
