package dev.espalier.tensor.spi;

import dev.espalier.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads and writes single elements of any type as {@code double}, for the reference kernels and for
 * element access.
 *
 * <p>Writing rounds to nearest even for floating types and, for integers, truncates toward zero and
 * saturates; a bool is {@code value != 0}. int64 values beyond 2^53 lose digits on the way; copies
 * between int64 tensors do not come this way.
 */
public final class Elements {
  /** Native-order float layout without an alignment requirement beyond the element's own. */
  public static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.nativeOrder());

  /** Native-order double layout. */
  public static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE.withOrder(ByteOrder.nativeOrder());

  /** Native-order int layout. */
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());

  /** Native-order long layout. */
  public static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.nativeOrder());

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());

  private Elements() {}

  /** The element at {@code index} (counted in elements from the start of the segment). */
  public static double get(DType dtype, MemorySegment segment, long index) {
    return switch (dtype) {
      case FLOAT32 -> segment.getAtIndex(FLOAT, index);
      case FLOAT64 -> segment.getAtIndex(DOUBLE, index);
      case BFLOAT16 -> Float.intBitsToFloat(segment.getAtIndex(SHORT, index) << 16);
      case FLOAT16 -> Float.float16ToFloat(segment.getAtIndex(SHORT, index));
      case UINT8 -> segment.get(ValueLayout.JAVA_BYTE, index) & 0xff;
      case INT8, BOOL -> segment.get(ValueLayout.JAVA_BYTE, index);
      case INT32 -> segment.getAtIndex(INT, index);
      case INT64 -> segment.getAtIndex(LONG, index);
    };
  }

  /** Stores {@code value}, converted to {@code dtype}, at {@code index}. */
  public static void set(DType dtype, MemorySegment segment, long index, double value) {
    switch (dtype) {
      case FLOAT32 -> segment.setAtIndex(FLOAT, index, (float) value);
      case FLOAT64 -> segment.setAtIndex(DOUBLE, index, value);
      case BFLOAT16 -> segment.setAtIndex(SHORT, index, bfloat16(roundedToOdd(value)));
      case FLOAT16 -> segment.setAtIndex(SHORT, index, Float.floatToFloat16(roundedToOdd(value)));
      case UINT8 ->
          segment.set(ValueLayout.JAVA_BYTE, index, (byte) Math.clamp((long) value, 0, 255));
      case INT8 ->
          segment.set(ValueLayout.JAVA_BYTE, index, (byte) Math.clamp((long) value, -128, 127));
      case BOOL -> segment.set(ValueLayout.JAVA_BYTE, index, (byte) (value != 0 ? 1 : 0));
      case INT32 -> segment.setAtIndex(INT, index, (int) value);
      case INT64 -> segment.setAtIndex(LONG, index, (long) value);
    }
  }

  /**
   * The float next to a value whose last bit is odd, unless the value is a float: rounding that
   * once more to fewer bits gives what rounding the value once would.
   */
  private static float roundedToOdd(double value) {
    float nearest = (float) value;
    boolean exact = nearest == value || Double.isNaN(value);
    boolean odd = (Float.floatToRawIntBits(nearest) & 1) != 0;
    return exact || odd ? nearest : Math.nextAfter(nearest, value);
  }

  /** Rounds to nearest even; NaN stays NaN. */
  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
