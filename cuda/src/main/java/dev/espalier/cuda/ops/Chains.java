package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.fuse.ChainCode;
import dev.espalier.cuda.fuse.ChainLayout;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Chain;
import java.util.List;

/** Chains of maps, each form in a kernel of its own that is written on first use. */
public final class Chains {
  private static final int VECTOR_BYTES = 16;

  /** What a kernel's text depends on. */
  private record Key(Chain form, ChainLayout layout) {}

  private final DeviceContext context;

  /** The operation on one device. */
  public Chains(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#chain}. */
  public void chain(Chain chain, List<Tensor> inputs, Tensor out) {
    long[][] strides = new long[inputs.size() + 1][];
    for (int k = 0; k < inputs.size(); k++) {
      strides[k] = inputs.get(k).strides();
    }
    strides[inputs.size()] = out.strides();
    StridedPieces.of(out.shape().toArray(), strides)
        .forEach((piece, n, starts) -> launch(chain, inputs, out, piece, n, starts));
  }

  private void launch(
      Chain chain, List<Tensor> inputs, Tensor out, StridedPieces piece, int n, long[] starts) {
    DevicePointer[] addresses = new DevicePointer[starts.length];
    for (int k = 0; k < starts.length; k++) {
      addresses[k] = Grids.at(context, k < inputs.size() ? inputs.get(k) : out, starts[k]);
    }
    ChainLayout layout = layout(piece, out.dtype(), addresses);
    Chain form = chain.form();
    Kernel kernel =
        context
            .kernels()
            .written(new Key(form, layout), ChainCode.ENTRY, () -> ChainCode.of(form, layout));
    Launch launch = context.launch(kernel).int32(n);
    for (DevicePointer address : addresses) {
      launch.pointer(address);
    }
    for (double number : chain.numbers()) {
      launch.number(out.dtype(), number);
    }
    if (!layout.isOneRun()) {
      launch.struct(piece.build());
    }
    launch.overElements(Launch.ceilDiv(n, layout.lanes()));
  }

  /** Whether packs can be loaded and stored, and what does not change within them. */
  private static ChainLayout layout(StridedPieces piece, DType type, DevicePointer[] addresses) {
    List<StridedPieces.Axis> axes = piece.axes();
    StridedPieces.Axis inner = axes.getFirst();
    int lanes = VECTOR_BYTES / type.bytes();
    boolean packs = axes.size() == 1 || inner.extent() % lanes == 0;
    int repeated = 0;
    for (int k = 0; k < addresses.length; k++) {
      if (inner.strides()[k] == 0) {
        repeated |= 1 << k;
        continue;
      }
      packs &= inner.strides()[k] == 1 && addresses[k].address() % VECTOR_BYTES == 0;
      for (StridedPieces.Axis axis : axes.subList(1, axes.size())) {
        packs &= axis.strides()[k] % lanes == 0;
      }
    }
    return new ChainLayout(type, packs ? lanes : 1, axes.size(), packs ? repeated : 0);
  }
}
