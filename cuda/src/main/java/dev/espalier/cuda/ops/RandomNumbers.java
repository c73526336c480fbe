package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Distribution;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Counter-based random numbers, the same as on the CPU. */
public final class RandomNumbers {
  private final DeviceContext context;

  /** The operations on one device. */
  public RandomNumbers(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#random}. */
  public void random(
      Distribution distribution,
      double a,
      double b,
      long seed,
      long stream,
      long position,
      Tensor out) {
    String name = distribution.name().toLowerCase(Locale.ROOT);
    context
        .launch("random", name + "_" + Operands.name(out.dtype()))
        .struct(fields(distribution, a, b, out.dtype()))
        .int64(seed)
        .int64(stream)
        .int64(position)
        .int64(out.size())
        .tensor(out)
        .overElements(Math.ceilDiv(out.size(), 4));
  }

  private static ByteBuffer fields(Distribution distribution, double a, double b, DType dtype) {
    var fields = new Fields();
    switch (distribution) {
      case UNIFORM -> {
        double belowB = dtype == DType.FLOAT32 ? Math.nextDown((float) b) : Math.nextDown(b);
        fields.float64(a).float64(b - a).float64(belowB).int32(b > a ? 1 : 0);
      }
      case NORMAL -> fields.float64(a).float64(b);
      case DROPOUT -> fields.float64(a).float64(1 / (1 - a));
    }
    return fields.build();
  }
}
