package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;

/** Pooling of images. */
public final class Pooling {
  private static final String MODULE = "pool";
  private static final long MOST_ELEMENTS = 1L << 30;

  private final DeviceContext context;

  /** The operations on one device. */
  public Pooling(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#maxPool2d}. */
  public void maxPool2d(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    forEachRange(
        out,
        (first, images, n) -> {
          Tensor[] parts = parts(first, images, x, out, indices);
          launch("max_pool", geometry(spec, x, out, parts[0], out), n, parts[0])
              .tensor(parts[0])
              .tensor(parts[1])
              .tensor(parts[2])
              .overElements(n);
          close(parts);
        });
  }

  /** {@link dev.espalier.tensor.spi.Backend#maxPool2dGrad}. */
  public void maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    try (Tensor places = indices.contiguous()) {
      forEachRange(
          dx,
          (first, images, n) -> {
            Tensor[] parts = parts(first, images, dy, places, dx);
            launch("max_pool_grad", geometry(spec, dx, dy, parts[0], dx), n, dx)
                .tensor(parts[0])
                .tensor(parts[1])
                .tensor(parts[2])
                .overElements(n);
            close(parts);
          });
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#maxPool2dGather}. */
  public void maxPool2dGather(Tensor x, Tensor indices, Tensor out) {
    try (Tensor places = indices.contiguous()) {
      forEachRange(
          out,
          (first, images, n) -> {
            Tensor[] parts = parts(first, images, x, places, out);
            launch("max_pool_gather", geometry(PoolSpec.of(1, 1), x, out, x, out), n, out)
                .tensor(parts[0])
                .tensor(parts[1])
                .tensor(parts[2])
                .overElements(n);
            close(parts);
          });
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#avgPool2d}. */
  public void avgPool2d(Tensor x, PoolSpec spec, Tensor out) {
    forEachRange(
        out,
        (first, images, n) -> {
          Tensor[] parts = parts(first, images, x, out);
          launch("avg_pool", geometry(spec, x, out, parts[0], out), n, out)
              .number(out.dtype(), area(spec))
              .tensor(parts[0])
              .tensor(parts[1])
              .overElements(n);
          close(parts);
        });
  }

  /** {@link dev.espalier.tensor.spi.Backend#avgPool2dGrad}. */
  public void avgPool2dGrad(Tensor dy, PoolSpec spec, Tensor dx) {
    forEachRange(
        dx,
        (first, images, n) -> {
          Tensor[] parts = parts(first, images, dy, dx);
          launch("avg_pool_grad", geometry(spec, dx, dy, parts[0], dx), n, dx)
              .number(dx.dtype(), area(spec))
              .tensor(parts[0])
              .tensor(parts[1])
              .overElements(n);
          close(parts);
        });
  }

  private static double area(PoolSpec spec) {
    return (double) spec.kernelH() * spec.kernelW();
  }

  private Launch launch(String name, ByteBuffer geometry, int n, Tensor typed) {
    return context
        .launch(MODULE, name + "_" + Operands.name(typed.dtype()))
        .struct(geometry)
        .int32(n);
  }

  // ---- ranges of images whose elements a kernel can count

  private interface Range {
    void visit(int first, int images, int elements);
  }

  private static void forEachRange(Tensor written, Range range) {
    if (written.size() == 0) {
      return;
    }
    int batch = written.dim(0);
    long each = written.size() / batch;
    int most = Math.toIntExact(Math.max(1, MOST_ELEMENTS / each));
    for (int first = 0; first < batch; first += most) {
      int images = Math.min(most, batch - first);
      range.visit(first, images, Grids.extent("pool2d", images * each));
    }
  }

  private static Tensor[] parts(int first, int images, Tensor... whole) {
    Tensor[] parts = new Tensor[whole.length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = whole[i] == null ? null : whole[i].narrow(0, first, images);
    }
    return parts;
  }

  private static void close(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }

  /** The struct {@code Pool}. */
  private static ByteBuffer geometry(
      PoolSpec spec, Tensor image, Tensor pooled, Tensor read, Tensor written) {
    return new Fields()
        .int32(image.dim(2))
        .int32(image.dim(3))
        .int32(pooled.dim(2))
        .int32(pooled.dim(3))
        .int32(spec.kernelH())
        .int32(spec.kernelW())
        .int32(spec.strideH())
        .int32(spec.strideW())
        .int32(spec.padH())
        .int32(spec.padW())
        .divisor(written.dim(1))
        .divisor(written.dim(3))
        .divisor(written.dim(2))
        .divisor(spec.strideH())
        .divisor(spec.strideW())
        .int64s(read.strides())
        .build();
  }
}
