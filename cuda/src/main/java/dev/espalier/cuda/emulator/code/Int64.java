package dev.espalier.cuda.emulator.code;

import java.util.function.LongBinaryOperator;
import java.util.function.LongToIntFunction;
import java.util.function.LongUnaryOperator;

/** What integer instructions of 64 bits compute in one lane; null for what is not known. */
final class Int64 {
  private Int64() {}

  static LongUnaryOperator unary(String root) {
    return switch (root) {
      case "abs" -> Math::abs;
      case "neg" -> a -> -a;
      case "not" -> a -> ~a;
      case "cnot" -> a -> a == 0 ? 1 : 0;
      case "brev" -> Long::reverse;
      default -> null;
    };
  }

  static LongToIntFunction count(String root) {
    return switch (root) {
      case "popc" -> Long::bitCount;
      case "clz" -> Long::numberOfLeadingZeros;
      default -> null;
    };
  }

  static LongBinaryOperator binary(String root, boolean signed) {
    return switch (root) {
      case "add" -> (a, b) -> a + b;
      case "sub" -> (a, b) -> a - b;
      case "mul.lo" -> (a, b) -> a * b;
      case "mul.hi" -> signed ? Math::multiplyHigh : Math::unsignedMultiplyHigh;
      case "div" ->
          signed
              ? (a, b) -> b == 0 ? -1 : a / b
              : (a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b);
      case "rem" ->
          signed
              ? (a, b) -> b == 0 ? a : a % b
              : (a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b);
      case "min" -> signed ? Math::min : (a, b) -> Long.compareUnsigned(a, b) <= 0 ? a : b;
      case "max" -> signed ? Math::max : (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b;
      case "and" -> (a, b) -> a & b;
      case "or" -> (a, b) -> a | b;
      case "xor" -> (a, b) -> a ^ b;
      default -> null;
    };
  }

  static Fn.Shift shift(String root, boolean signed) {
    return switch (root) {
      case "shl" -> (a, b) -> Integer.compareUnsigned(b, 64) < 0 ? a << b : 0;
      case "shr" ->
          signed
              ? (a, b) -> a >> (Integer.compareUnsigned(b, 64) < 0 ? b : 63)
              : (a, b) -> Integer.compareUnsigned(b, 64) < 0 ? a >>> b : 0;
      default -> null;
    };
  }

  static Fn.Long3 ternary(String root, boolean signed) {
    return switch (root) {
      case "mad.lo" -> (a, b, c) -> a * b + c;
      case "mad.hi" ->
          signed
              ? (a, b, c) -> Math.multiplyHigh(a, b) + c
              : (a, b, c) -> Math.unsignedMultiplyHigh(a, b) + c;
      case "sad" ->
          signed
              ? (a, b, c) -> c + (a < b ? b - a : a - b)
              : (a, b, c) -> c + (Long.compareUnsigned(a, b) < 0 ? b - a : a - b);
      default -> null;
    };
  }

  static LongToIntFunction highestBit(boolean signed, boolean asShift) {
    return a -> {
      long bits = signed && a < 0 ? ~a : a;
      int leading = Long.numberOfLeadingZeros(bits);
      return bits == 0 ? -1 : asShift ? leading : 63 - leading;
    };
  }

  static long extract(long a, int position, int length, boolean signed) {
    int from = position & 0xFF;
    int count = length & 0xFF;
    if (count == 0 || (from > 63 && !signed)) {
      return 0;
    }
    int top = Math.min(from + count - 1, 63);
    if (from > top) {
      return a >> 63;
    }
    long shifted = a << (63 - top);
    return signed ? shifted >> (63 - top + from) : shifted >>> (63 - top + from);
  }

  static long insert(long source, long base, int position, int length) {
    int from = position & 0xFF;
    int count = length & 0xFF;
    if (count == 0 || from > 63) {
      return base;
    }
    long ones = count > 63 ? -1 : (1L << count) - 1;
    return (base & ~(ones << from)) | ((source & ones) << from);
  }
}
