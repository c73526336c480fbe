package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.PtxType;

/** Conversions of 16-bit floats; a value stands in the low 16 bits of an int. */
final class Half {
  private static final int NAN = 0x7FFF;

  private Half() {}

  static float fromF16(int bits) {
    return Float.float16ToFloat((short) bits);
  }

  static float fromBf16(int bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  static float from(PtxType type, int bits) {
    return type == PtxType.BF16 ? fromBf16(bits) : fromF16(bits);
  }

  static int toF16(float value) {
    return Float.isNaN(value) ? NAN : Float.floatToFloat16(value) & 0xFFFF;
  }

  static int toBf16(float value) {
    if (Float.isNaN(value)) {
      return NAN;
    }
    int bits = Float.floatToRawIntBits(value);
    return (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16;
  }

  static int to(PtxType type, float value) {
    return type == PtxType.BF16 ? toBf16(value) : toF16(value);
  }

  /** Rounds {@code high + low}, a double and its much smaller error, to nearest. */
  static int to(PtxType type, double high, double low) {
    return to(type, oddFloat(high, low));
  }

  /**
   * A float of which the nearest 16-bit float is that of {@code high + low} as well: cut off toward
   * zero, with its last bit set where something was lost, so that a second rounding finds no tie
   * that was none.
   */
  private static float oddFloat(double high, double low) {
    float cut = Rounding.ZERO.toFloat(high, low);
    if ((cut == high && low == 0) || Float.isNaN(cut)) {
      return cut;
    }
    return Float.intBitsToFloat(Float.floatToRawIntBits(cut) | 1);
  }

  /** Rounded to nearest or toward zero. */
  static int to(PtxType type, float value, Rounding rounding) {
    int nearest = to(type, value);
    if (rounding == Rounding.NEAREST) {
      return nearest;
    }
    float back = from(type, nearest);
    // The representation counts away from zero.
    boolean away = Math.abs(back) > Math.abs(value);
    boolean wrong =
        switch (rounding) {
          case ZERO -> away;
          case DOWN -> back > value;
          case UP -> back < value;
          case NEAREST -> false;
        };
    return wrong ? (away ? nearest - 1 : nearest + 1) : nearest;
  }
}
