package dev.espalier.cuda.bench;

import dev.espalier.cuda.codegen.FrozenLayers;
import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.CsrPattern;

/**
 * The calls of kernels that are generated for one weight. Tuning and compiling are not measured: a
 * frozen layer does them once.
 */
record GeneratedCalls(DeviceContext context) implements Library {
  static final String NAME = Case.OURS + "-generated";

  /** Below it, and beyond so many values, compiling would take most of a run. */
  private static final double LEAST_SPARSITY = 0.85;

  private static final double MOST_VALUES = 60_000;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Call of(Case what) {
    Layer layer = what.layer();
    double values = (1 - what.sparsity()) * layer.rows() * layer.columns();
    boolean fits =
        what.format().equals(Format.CSR)
            && what.type() == NumberType.F32
            && what.pass() == Pass.FORWARD
            && what.sparsity() >= LEAST_SPARSITY
            && values <= MOST_VALUES;
    return fits ? new Generated(context, layer) : null;
  }

  /** One kernel for all sets of operands, whose weights are copies of each other. */
  private static final class Generated implements Call {
    private final FrozenLayers layers;
    private final Layer layer;
    private Tensor values;

    Generated(DeviceContext context, Layer layer) {
      layers = new FrozenLayers(context);
      this.layer = layer;
    }

    @Override
    public void on(OperandSet s) {
      if (values == null) {
        // on the host, as the kernel is found by a hash of them
        values = s.weight().to(Device.CPU);
      }
      var pattern = (CsrPattern) s.pattern();
      switch (layer) {
        case ProductLayer _ -> layers.spmm(pattern, values, null, false, s.x(), s.result());
        case ConvolutionLayer c ->
            layers.conv2d(pattern, values, c.weight(), s.x(), null, false, c.spec(), s.result());
      }
    }

    @Override
    public void close() {
      layers.close();
      if (values != null) {
        values.close();
      }
    }
  }
}
