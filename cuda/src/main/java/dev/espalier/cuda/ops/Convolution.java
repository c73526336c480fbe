package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.cuda.ops.ProductWork.Tile;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;

/** The dense convolution and its gradients. */
public final class Convolution {
  private static final String MODULE = "conv";

  private final DeviceContext context;
  private final Gemm gemm;

  /** The operations on one device. */
  public Convolution(DeviceContext context) {
    this.context = context;
    gemm = new Gemm(context);
  }

  /** Extents of one convolution; {@code x} and {@code y} lend their strides. */
  private record Geometry(Tensor x, Tensor w, Tensor y, ConvSpec spec) {
    Geometry {
      Grids.extent("conv2d", (long) x.dim(0) * x.dim(2) * x.dim(3));
      Grids.extent("conv2d", (long) y.dim(0) * y.dim(2) * y.dim(3));
    }

    int inPerGroup() {
      return w.dim(1);
    }

    int outPerGroup() {
      return w.dim(0) / spec.groups();
    }

    int taps() {
      return w.dim(2) * w.dim(3);
    }

    int inPixels() {
      return x.dim(0) * x.dim(2) * x.dim(3);
    }

    int outPixels() {
      return y.dim(0) * y.dim(2) * y.dim(3);
    }

    /** One input channel to a group, and more than one group. */
    boolean isDepthwise() {
      return inPerGroup() == 1 && spec.groups() > 1;
    }

    /** The struct {@code Conv}. */
    ByteBuffer build() {
      return new Fields()
          .int32(x.dim(0))
          .int32(inPerGroup())
          .int32(outPerGroup())
          .int32(x.dim(2))
          .int32(x.dim(3))
          .int32(y.dim(2))
          .int32(y.dim(3))
          .int32(w.dim(2))
          .int32(w.dim(3))
          .int32(spec.strideH())
          .int32(spec.strideW())
          .int32(spec.padH())
          .int32(spec.padW())
          .int32(spec.dilationH())
          .int32(spec.dilationW())
          .int32(spec.groups())
          .divisor(Math.max(1, x.dim(2)))
          .divisor(Math.max(1, x.dim(3)))
          .divisor(Math.max(1, y.dim(2)))
          .divisor(Math.max(1, y.dim(3)))
          .divisor(taps())
          .divisor(w.dim(3))
          .divisor(spec.strideH())
          .divisor(spec.strideW())
          .int64s(x.strides())
          .int64s(y.strides())
          .build();
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#conv2d}. */
  public void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    if (out.size() == 0) {
      return;
    }
    try (Tensor weight = w.contiguous();
        Tensor biases = bias == null ? null : bias.contiguous()) {
      var geometry = new Geometry(x, weight, out, spec);
      if (geometry.isDepthwise()) {
        depthwise("forward", geometry, out)
            .tensor(x)
            .tensor(weight)
            .tensor(biases)
            .int32(relu ? 1 : 0)
            .tensor(out)
            .overElements(out.size());
        return;
      }
      var work =
          unsplit(
              geometry.outPerGroup(),
              geometry.outPixels(),
              geometry.inPerGroup() * geometry.taps(),
              spec.groups());
      Tile tile = work.tile(context, x.dtype(), false);
      launch("forward", work, tile, geometry, x.dtype())
          .struct(new Fields().divisor(out.dim(2) * out.dim(3)).build())
          .tensor(x)
          .tensor(weight)
          .tensor(biases)
          .int32(relu ? 1 : 0)
          .tensor(out)
          .run(work.grid(tile), Extent.of(tile.threads()));
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#conv2dGradInput}. */
  public void conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) {
    if (dx.size() == 0) {
      return;
    }
    try (Tensor weight = w.contiguous()) {
      var geometry = new Geometry(dx, weight, dy, spec);
      if (geometry.isDepthwise()) {
        depthwise("input", geometry, dx)
            .tensor(dy)
            .tensor(weight)
            .tensor(dx)
            .overElements(dx.size());
        return;
      }
      int terms = dy.size() == 0 ? 0 : geometry.outPerGroup() * geometry.taps();
      var work = unsplit(geometry.inPerGroup(), geometry.inPixels(), terms, spec.groups());
      Tile tile = work.tile(context, dx.dtype(), false);
      launch("input", work, tile, geometry, dx.dtype())
          .struct(new Fields().divisor(dx.dim(2) * dx.dim(3)).build())
          .tensor(dy)
          .tensor(weight)
          .tensor(dx)
          .run(work.grid(tile), Extent.of(tile.threads()));
    }
  }

  /** Products whose result has many pixels need no split. */
  private static ProductWork unsplit(int m, int n, int k, int layers) {
    return new ProductWork(m, n, k, layers, 1, Math.max(k, 1));
  }

  /** {@link dev.espalier.tensor.spi.Backend#conv2dGradWeight}. */
  public void conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) {
    if (dw.size() == 0) {
      return;
    }
    var geometry = new Geometry(x, dw, dy, spec);
    DType dtype = dw.dtype();
    if (geometry.isDepthwise()) {
      int results = Grids.extent("conv2d", dw.size());
      context
          .launch(MODULE, "depthwise_weight_" + Operands.name(dtype))
          .struct(geometry.build())
          .int32(results)
          .tensor(x)
          .tensor(dy)
          .tensor(dw)
          .run(Extent.of(Grids.blocks(context, results)), Extent.of(Launch.THREADS));
      return;
    }
    var work =
        ProductWork.of(
            geometry.outPerGroup(),
            geometry.inPerGroup() * geometry.taps(),
            geometry.outPixels(),
            spec.groups());
    Tile tile = work.tile(context, dtype, false);
    if (work.splits() == 1) {
      gradWeight(work, tile, geometry, x, dy, context.pointer(dw));
      return;
    }
    long bytes = work.results() * work.splits() * dtype.bytes();
    try (DeviceBuffer partials = context.scratch(bytes, "conv2dGradWeight")) {
      gradWeight(work, tile, geometry, x, dy, context.pointer(partials));
      gemm.sumSplits(
          work,
          dtype,
          Gemm.plainResult(work, dtype, context.pointer(dw)),
          context.pointer(partials));
    }
  }

  private void gradWeight(
      ProductWork work, Tile tile, Geometry geometry, Tensor x, Tensor dy, DevicePointer to) {
    launch("weight", work, tile, geometry, x.dtype())
        .tensor(x)
        .tensor(dy)
        .pointer(to)
        .run(work.grid(tile), Extent.of(tile.threads()));
  }

  private Launch launch(String pass, ProductWork work, Tile tile, Geometry geometry, DType dtype) {
    return context
        .launch(MODULE, "conv_" + pass + "_" + tile.suffix(dtype))
        .struct(work.build())
        .struct(geometry.build());
  }

  private Launch depthwise(String pass, Geometry geometry, Tensor written) {
    return context
        .launch(MODULE, "depthwise_" + pass + "_" + Operands.name(written.dtype()))
        .struct(geometry.build())
        .int32(Grids.extent("conv2d", written.size()))
        .struct(new Fields().divisor(written.dim(1)).build());
  }
}
