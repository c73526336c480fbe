package dev.espalier.cuda.driver;

import static java.util.Objects.requireNonNull;

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

  /** A {@code .u64} or {@code .s64} number. */
  record Int64(long value) implements KernelArgument {}

  /** A {@code .f32} number. */
  record Float32(float value) implements KernelArgument {}

  /** A {@code .f64} number. */
  record Float64(double value) implements KernelArgument {}

  /** The bytes that the parameter takes; it is aligned to as many. */
  default int bytes() {
    return switch (this) {
      case Int32 _, Float32 _ -> Integer.BYTES;
      case Pointer _, Int64 _, Float64 _ -> Long.BYTES;
    };
  }
}
