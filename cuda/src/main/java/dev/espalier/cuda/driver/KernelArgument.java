package dev.espalier.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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
   * A struct, {@code .param .align 8 .b8 name[bytes]}: its fields as C lays them out, padding
   * included, in the device's little-endian order.
   *
   * @param value the bytes from position 0 to the limit; not changed after it was handed over
   */
  record Struct(ByteBuffer value) implements KernelArgument {
    public Struct {
      value = value.duplicate().rewind().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** The bytes that the parameter takes. */
  default int bytes() {
    return switch (this) {
      case Int32 _, Float32 _ -> Integer.BYTES;
      case Pointer _, Int64 _, Float64 _ -> Long.BYTES;
      case Struct struct -> struct.value().limit();
    };
  }

  /** Writes the parameter's bytes as the device reads them. */
  default void write(MemorySegment target, long offset) {
    switch (this) {
      case Int32 i -> target.set(JAVA_INT_UNALIGNED, offset, i.value);
      case Float32 f -> target.set(JAVA_FLOAT_UNALIGNED, offset, f.value);
      case Pointer p -> target.set(JAVA_LONG_UNALIGNED, offset, p.value.address());
      case Int64 i -> target.set(JAVA_LONG_UNALIGNED, offset, i.value);
      case Float64 d -> target.set(JAVA_DOUBLE_UNALIGNED, offset, d.value);
      case Struct s ->
          MemorySegment.copy(MemorySegment.ofBuffer(s.value), 0, target, offset, s.value.limit());
    }
  }
}
