package dev.espalier.cuda.emulator.code;

import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/** What integer instructions of 32 bits compute in one lane; null for what is not known. */
final class Int32 {
  private Int32() {}

  static IntUnaryOperator unary(String root) {
    return switch (root) {
      case "abs" -> Math::abs;
      case "neg" -> a -> -a;
      case "not" -> a -> ~a;
      case "cnot" -> a -> a == 0 ? 1 : 0;
      case "popc" -> Integer::bitCount;
      case "clz" -> Integer::numberOfLeadingZeros;
      case "brev" -> Integer::reverse;
      default -> null;
    };
  }

  static IntBinaryOperator binary(String root, boolean signed) {
    return switch (root) {
      case "add" -> (a, b) -> a + b;
      case "sub" -> (a, b) -> a - b;
      case "mul.lo" -> (a, b) -> a * b;
      case "mul.hi" -> signed ? Int32::signedHigh : Int32::unsignedHigh;
      case "div" ->
          signed
              ? (a, b) -> b == 0 ? -1 : a / b
              : (a, b) -> b == 0 ? -1 : Integer.divideUnsigned(a, b);
      case "rem" ->
          signed
              ? (a, b) -> b == 0 ? a : a % b
              : (a, b) -> b == 0 ? a : Integer.remainderUnsigned(a, b);
      case "min" -> signed ? Math::min : (a, b) -> Integer.compareUnsigned(a, b) <= 0 ? a : b;
      case "max" -> signed ? Math::max : (a, b) -> Integer.compareUnsigned(a, b) >= 0 ? a : b;
      case "and" -> (a, b) -> a & b;
      case "or" -> (a, b) -> a | b;
      case "xor" -> (a, b) -> a ^ b;
      case "shl" -> (a, b) -> Integer.compareUnsigned(b, 32) < 0 ? a << b : 0;
      case "shr" ->
          signed
              ? (a, b) -> a >> (Integer.compareUnsigned(b, 32) < 0 ? b : 31)
              : (a, b) -> Integer.compareUnsigned(b, 32) < 0 ? a >>> b : 0;
      default -> null;
    };
  }

  static Fn.Int3 ternary(String root, boolean signed) {
    return switch (root) {
      case "mad.lo" -> (a, b, c) -> a * b + c;
      case "mad.hi" ->
          signed ? (a, b, c) -> signedHigh(a, b) + c : (a, b, c) -> unsignedHigh(a, b) + c;
      case "sad" ->
          signed
              ? (a, b, c) -> c + (a < b ? b - a : a - b)
              : (a, b, c) -> c + (Integer.compareUnsigned(a, b) < 0 ? b - a : a - b);
      case "bfe" -> signed ? Int32::extractSigned : Int32::extractUnsigned;
      default -> null;
    };
  }

  /** The position of the highest bit that differs from the sign, or -1. */
  static IntUnaryOperator highestBit(boolean signed, boolean asShift) {
    return a -> {
      int bits = signed && a < 0 ? ~a : a;
      int leading = Integer.numberOfLeadingZeros(bits);
      return bits == 0 ? -1 : asShift ? leading : 31 - leading;
    };
  }

  static int signedHigh(int a, int b) {
    return (int) (((long) a * b) >> 32);
  }

  static int unsignedHigh(int a, int b) {
    return (int) (((a & 0xFFFFFFFFL) * (b & 0xFFFFFFFFL)) >>> 32);
  }

  static int addSaturated(int a, int b) {
    return saturate((long) a + b);
  }

  static int subtractSaturated(int a, int b) {
    return saturate((long) a - b);
  }

  private static int saturate(long value) {
    return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static int extractUnsigned(int a, int position, int length) {
    int from = position & 0xFF;
    int count = length & 0xFF;
    if (count == 0 || from > 31) {
      return 0;
    }
    int shifted = a >>> from;
    return count > 31 ? shifted : shifted & ((1 << count) - 1);
  }

  private static int extractSigned(int a, int position, int length) {
    int from = position & 0xFF;
    int count = length & 0xFF;
    if (count == 0) {
      return 0;
    }
    int top = Math.min(from + count - 1, 31);
    if (from > top) {
      return a >> 31;
    }
    return a << (31 - top) >> (31 - top + from);
  }

  static int insert(int source, int base, int position, int length) {
    int from = position & 0xFF;
    int count = length & 0xFF;
    if (count == 0 || from > 31) {
      return base;
    }
    int ones = count > 31 ? -1 : (1 << count) - 1;
    return (base & ~(ones << from)) | ((source & ones) << from);
  }

  /** Any function of three bits, given by its table. */
  static Fn.Int3 logic(int table) {
    return (a, b, c) -> {
      int result = 0;
      result |= (table & 1) != 0 ? ~a & ~b & ~c : 0;
      result |= (table & 2) != 0 ? ~a & ~b & c : 0;
      result |= (table & 4) != 0 ? ~a & b & ~c : 0;
      result |= (table & 8) != 0 ? ~a & b & c : 0;
      result |= (table & 16) != 0 ? a & ~b & ~c : 0;
      result |= (table & 32) != 0 ? a & ~b & c : 0;
      result |= (table & 64) != 0 ? a & b & ~c : 0;
      result |= (table & 128) != 0 ? a & b & c : 0;
      return result;
    };
  }

  /** Four bytes picked from eight; a selector's high bit asks for the byte's sign. */
  static int permute(int a, int b, int selectors) {
    long bytes = (a & 0xFFFFFFFFL) | ((long) b << 32);
    int result = 0;
    for (int i = 0; i < 4; i++) {
      int selector = selectors >>> (4 * i);
      int picked = (int) (bytes >>> (8 * (selector & 7))) & 0xFF;
      if ((selector & 8) != 0) {
        picked = (picked & 0x80) != 0 ? 0xFF : 0;
      }
      result |= picked << (8 * i);
    }
    return result;
  }

  static Fn.Int3 funnel(boolean left, boolean clamp) {
    return (low, high, amount) -> {
      int n = clamp ? (Integer.compareUnsigned(amount, 32) < 0 ? amount : 32) : amount & 31;
      long both = (low & 0xFFFFFFFFL) | ((long) high << 32);
      return left ? (int) (n == 32 ? both : both << n >>> 32) : (int) (both >>> n);
    };
  }

  /** Sum of the four products of bytes, and a number. */
  static Fn.Int3 dotBytes(boolean signedA, boolean signedB) {
    return (a, b, c) -> {
      int sum = c;
      for (int i = 0; i < 32; i += 8) {
        int x = signedA ? (byte) (a >> i) : (a >> i) & 0xFF;
        int y = signedB ? (byte) (b >> i) : (b >> i) & 0xFF;
        sum += x * y;
      }
      return sum;
    };
  }
}
