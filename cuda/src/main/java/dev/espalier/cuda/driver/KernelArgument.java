package dev.espalier.cuda.driver;

import static java.util.Objects.requireNonNull;

import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;

/** The value of one kernel parameter, passed by value in the parameter's own size. */
public sealed interface KernelArgument {
  /** A {@code .u64} address. */
  record Pointer(DevicePointer value) implements KernelArgument {
    public Pointer {
      requireNonNull(value, "value");
    }
  }

  /** A {@code .u32} or {@code .s32} number. */
  record Int32(int value) implements KernelArgument {}

  /** A {@code .u64} or {@code .s64} number, or an address that may be 0. */
  record Int64(long value) implements KernelArgument {}

  /** A {@code .f32} number. */
  record Float32(float value) implements KernelArgument {}

  /** A {@code .f64} number. */
  record Float64(double value) implements KernelArgument {}

  /**
   * A structure of 64-bit numbers, such as the strides of a tensor: {@code .align 8 .b8 p[8 n]}.
   *
   * @param values never changed after the call
   */
  record Longs(long... values) implements KernelArgument {
    public Longs {
      if (values.length == 0) {
        throw new IllegalArgumentException("Longs: a kernel parameter has at least one number");
      }
    }
  }

  /** The bytes that the parameter takes. */
  default int bytes() {
    return switch (this) {
      case Int32 _, Float32 _ -> Integer.BYTES;
      case Pointer _, Int64 _, Float64 _ -> Long.BYTES;
      case Longs l -> Math.multiplyExact(l.values.length, Long.BYTES);
    };
  }

  /** What the parameter's address is a multiple of. */
  default int alignment() {
    return Math.min(bytes(), Long.BYTES);
  }

  /** Writes the parameter's bytes as the device reads them. */
  default void write(MemorySegment target, long offset) {
    switch (this) {
      case Int32 i -> target.set(Elements.INT, offset, i.value);
      case Float32 f -> target.set(Elements.FLOAT, offset, f.value);
      case Pointer p -> target.set(Elements.LONG, offset, p.value.address());
      case Int64 i -> target.set(Elements.LONG, offset, i.value);
      case Float64 d -> target.set(Elements.DOUBLE, offset, d.value);
      case Longs l ->
          MemorySegment.copy(l.values, 0, target, Elements.LONG, offset, l.values.length);
    }
  }
}
