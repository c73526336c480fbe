package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.spi.Elements;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.WeakHashMap;

/** Products with packed eight-bit weights (module {@code packed}). */
final class PackedProducts {
  private static final int THREADS = 128;
  private static final int WARPS = THREADS / 32;
  private static final int FEW_COLUMNS = 4;

  private final DeviceContext context;
  private final Map<PackedInt8, Arrays> known = new WeakHashMap<>();

  /** A weight's contents, whose copies on the device live as long as the weight. */
  private record Arrays(long[] words, byte[] values, float[] scales) {
    static Arrays of(PackedInt8 a) {
      return new Arrays(
          a.words().segment().toArray(Elements.LONG),
          a.values().segment().toArray(ValueLayout.JAVA_BYTE),
          a.scales().segment().toArray(Elements.FLOAT));
    }
  }

  PackedProducts(DeviceContext context) {
    this.context = context;
  }

  void spmm(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    Operands.checkSpan("spmm", b);
    if (b.dim(1) <= FEW_COLUMNS) {
      Launch launch =
          context
              .launch("packed", "packed_spmv_n" + b.dim(1))
              .struct(rows(a))
              .tensor(b)
              .int32((int) b.stride(0))
              .int32((int) b.stride(1))
              .tensor(c)
              .int64(c.stride(0))
              .int64(c.stride(1));
      run(Operands.epilogue(launch, epilogue), a.rows(), 1);
      return;
    }
    try (Tensor rows = Operands.rows(b);
        Tensor out = Operands.contiguousResult(c)) {
      Launch launch =
          context
              .launch("packed", "packed_spmm")
              .struct(rows(a))
              .int32(b.dim(1))
              .tensor(rows)
              .int32((int) rows.stride(0))
              .tensor(out);
      run(Operands.epilogue(launch, epilogue), a.rows(), Launch.ceilDiv(b.dim(1), 32));
      Operands.deliver(out, c);
    }
  }

  private static void run(Launch launch, int rows, long tiles) {
    long blocks = Launch.ceilDiv(rows, WARPS) * tiles;
    launch.run(Extent.of(Launch.gridX("spmm", blocks)), Extent.of(THREADS));
  }

  private ByteBuffer rows(PackedInt8 a) {
    Arrays arrays;
    synchronized (known) {
      arrays = known.computeIfAbsent(a, Arrays::of);
    }
    return new Fields()
        .int32(a.rows())
        .int32(a.words().dim(1))
        .pointer(context.constant(arrays.words))
        .pointer(context.constant(a.rowOffsets()))
        .pointer(context.constant(arrays.values))
        .pointer(context.constant(arrays.scales))
        .build();
  }
}
