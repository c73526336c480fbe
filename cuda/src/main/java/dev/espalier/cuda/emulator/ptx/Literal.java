package dev.espalier.cuda.emulator.ptx;

/** Numbers as PTX writes them. */
final class Literal {
  private Literal() {}

  static Operand.Immediate parse(Token token, boolean negative) {
    String text = token.text();
    try {
      if (text.length() == 10 && (text.startsWith("0f") || text.startsWith("0F"))) {
        int bits = Integer.parseUnsignedInt(text.substring(2), 16);
        return new Operand.Immediate(negative ? bits ^ Integer.MIN_VALUE : bits, PtxType.F32);
      }
      if (text.length() == 18 && (text.startsWith("0d") || text.startsWith("0D"))) {
        long bits = Long.parseUnsignedLong(text.substring(2), 16);
        return new Operand.Immediate(negative ? bits ^ Long.MIN_VALUE : bits, PtxType.F64);
      }
      if (text.indexOf('.') >= 0) {
        double value = Double.parseDouble(text);
        return new Operand.Immediate(
            Double.doubleToRawLongBits(negative ? -value : value), PtxType.F64);
      }
      long value = integer(text);
      return new Operand.Immediate(negative ? -value : value, PtxType.S64);
    } catch (NumberFormatException e) {
      throw new PtxException(token.line(), "'" + text + "' is not a number");
    }
  }

  private static long integer(String text) {
    String digits = text.endsWith("U") ? text.substring(0, text.length() - 1) : text;
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      return Long.parseUnsignedLong(digits.substring(2), 16);
    }
    if (digits.startsWith("0b") || digits.startsWith("0B")) {
      return Long.parseUnsignedLong(digits.substring(2), 2);
    }
    if (digits.length() > 1 && digits.startsWith("0")) {
      return Long.parseUnsignedLong(digits.substring(1), 8);
    }
    return Long.parseUnsignedLong(digits);
  }
}
