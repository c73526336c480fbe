package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.PtxType;

/** The comparisons of {@code setp} and {@code set}. */
enum Comparison {
  EQ,
  NE,
  LT,
  LE,
  GT,
  GE,
  /** True of two numbers. */
  NUM,
  /** True if one is not a number. */
  NAN;

  /** A comparison with what it answers where an operand is not a number. */
  record Choice(Comparison comparison, boolean unordered, boolean unsigned) {}

  /** The comparison that {@code opcode} names. */
  static Choice take(Opcode opcode) {
    String name =
        opcode.takeOneOf(
            "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu",
            "gtu", "geu", "num", "nan");
    if (name == null) {
      throw opcode.refuse("has no comparison");
    }
    return switch (name) {
      case "eq" -> new Choice(EQ, false, false);
      case "ne" -> new Choice(NE, false, false);
      case "lt" -> new Choice(LT, false, false);
      case "le" -> new Choice(LE, false, false);
      case "gt" -> new Choice(GT, false, false);
      case "ge" -> new Choice(GE, false, false);
      case "lo" -> new Choice(LT, false, true);
      case "ls" -> new Choice(LE, false, true);
      case "hi" -> new Choice(GT, false, true);
      case "hs" -> new Choice(GE, false, true);
      case "equ" -> new Choice(EQ, true, false);
      case "neu" -> new Choice(NE, true, false);
      case "ltu" -> new Choice(LT, true, false);
      case "leu" -> new Choice(LE, true, false);
      case "gtu" -> new Choice(GT, true, false);
      case "geu" -> new Choice(GE, true, false);
      case "num" -> new Choice(NUM, false, false);
      default -> new Choice(NAN, true, false);
    };
  }

  /** The test on registers of up to 32 bits. */
  static Fn.IntTest ints(Choice choice, PtxType type, boolean flush) {
    return switch (type) {
      case F32 ->
          flush
              ? floats(choice, a -> Float32.flushed(Float.intBitsToFloat(a)))
              : floats(choice, Float::intBitsToFloat);
      case F16 -> floats(choice, a -> Float.float16ToFloat((short) a));
      case BF16 -> floats(choice, a -> Float.intBitsToFloat(a << 16));
      case S16 -> signed(choice.comparison, 16);
      case U16, B16 ->
          choice.unsigned || type == PtxType.U16 || isEquality(choice.comparison)
              ? unsigned(choice.comparison)
              : null;
      case S32 -> choice.unsigned ? unsigned(choice.comparison) : signed(choice.comparison, 32);
      case U32, B32 -> unsigned(choice.comparison);
      default -> null;
    };
  }

  /** The test on registers of 64 bits. */
  static Fn.LongTest longs(Choice choice, PtxType type) {
    return switch (type) {
      case F64 -> doubles(choice);
      case S64 ->
          choice.unsigned ? unsignedLongs(choice.comparison) : signedLongs(choice.comparison);
      case U64, B64 -> unsignedLongs(choice.comparison);
      default -> null;
    };
  }

  private static boolean isEquality(Comparison comparison) {
    return comparison == EQ || comparison == NE;
  }

  private static Fn.IntTest signed(Comparison comparison, int bits) {
    if (bits == 16) {
      Fn.IntTest wide = signed(comparison, 32);
      return wide == null ? null : (a, b) -> wide.test((short) a, (short) b);
    }
    return switch (comparison) {
      case EQ -> (a, b) -> a == b;
      case NE -> (a, b) -> a != b;
      case LT -> (a, b) -> a < b;
      case LE -> (a, b) -> a <= b;
      case GT -> (a, b) -> a > b;
      case GE -> (a, b) -> a >= b;
      case NUM, NAN -> null;
    };
  }

  private static Fn.IntTest unsigned(Comparison comparison) {
    Fn.IntTest signed = signed(comparison, 32);
    if (signed == null || isEquality(comparison)) {
      return signed;
    }
    return (a, b) -> signed.test(a ^ Integer.MIN_VALUE, b ^ Integer.MIN_VALUE);
  }

  private static Fn.LongTest signedLongs(Comparison comparison) {
    return switch (comparison) {
      case EQ -> (a, b) -> a == b;
      case NE -> (a, b) -> a != b;
      case LT -> (a, b) -> a < b;
      case LE -> (a, b) -> a <= b;
      case GT -> (a, b) -> a > b;
      case GE -> (a, b) -> a >= b;
      case NUM, NAN -> null;
    };
  }

  private static Fn.LongTest unsignedLongs(Comparison comparison) {
    Fn.LongTest signed = signedLongs(comparison);
    if (signed == null || isEquality(comparison)) {
      return signed;
    }
    return (a, b) -> signed.test(a ^ Long.MIN_VALUE, b ^ Long.MIN_VALUE);
  }

  /** How the bits of a register are read. */
  interface Reader {
    float read(int bits);
  }

  private static Fn.IntTest floats(Choice choice, Reader reader) {
    Fn.LongTest doubles = doubles(choice);
    return (a, b) ->
        doubles.test(
            Double.doubleToRawLongBits(reader.read(a)), Double.doubleToRawLongBits(reader.read(b)));
  }

  private static Fn.LongTest doubles(Choice choice) {
    boolean unordered = choice.unordered;
    return switch (choice.comparison) {
      case EQ -> (a, b) -> unordered(a, b) ? unordered : value(a) == value(b);
      case NE -> (a, b) -> unordered(a, b) ? unordered : value(a) != value(b);
      case LT -> (a, b) -> unordered(a, b) ? unordered : value(a) < value(b);
      case LE -> (a, b) -> unordered(a, b) ? unordered : value(a) <= value(b);
      case GT -> (a, b) -> unordered(a, b) ? unordered : value(a) > value(b);
      case GE -> (a, b) -> unordered(a, b) ? unordered : value(a) >= value(b);
      case NUM -> (a, b) -> !unordered(a, b);
      case NAN -> (a, b) -> unordered(a, b);
    };
  }

  private static double value(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static boolean unordered(long a, long b) {
    return Double.isNaN(value(a)) || Double.isNaN(value(b));
  }
}
