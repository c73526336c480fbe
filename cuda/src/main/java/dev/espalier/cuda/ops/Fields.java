package dev.espalier.cuda.ops;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A kernel's struct parameter in the making: fields in order, each aligned to its own size. */
final class Fields {
  private static final int MOST_BYTES = 512;

  private final ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int alignment = Integer.BYTES;

  /** A 32-bit number, signed or not. */
  Fields int32(int value) {
    bytes.putInt(value);
    return this;
  }

  /** A 64-bit number. */
  Fields int64(long value) {
    align(Long.BYTES);
    bytes.putLong(value);
    alignment = Long.BYTES;
    return this;
  }

  /** Numbers of 64 bits, one after the other. */
  Fields int64s(long... values) {
    for (long value : values) {
      int64(value);
    }
    return this;
  }

  /** A double. */
  Fields float64(double value) {
    return int64(Double.doubleToRawLongBits(value));
  }

  /** A number in a kernel's compute type: double for float64, else float. */
  Fields number(DType type, double value) {
    return type == DType.FLOAT64 ? float64(value) : int32(Float.floatToRawIntBits((float) value));
  }

  /** An address, or null. */
  Fields pointer(DevicePointer value) {
    return int64(value == null ? 0 : value.address());
  }

  /**
   * A divisor of numbers below 2^31: the value, and the multiplier and shift of Granlund and
   * Montgomery (1994), {@code n / d = (hi32(n magic) + n) >> shift}.
   */
  Fields divisor(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("divisor must be >= 1 but is " + value);
    }
    int shift = Integer.SIZE - Integer.numberOfLeadingZeros(value - 1);
    long magic = ((1L << Integer.SIZE) * ((1L << shift) - value)) / value + 1;
    return int32(value).int32((int) magic).int32(shift);
  }

  private void align(int size) {
    while (bytes.position() % size != 0) {
      bytes.put((byte) 0);
    }
  }

  ByteBuffer build() {
    align(alignment);
    return bytes.duplicate().flip().order(ByteOrder.LITTLE_ENDIAN);
  }
}
