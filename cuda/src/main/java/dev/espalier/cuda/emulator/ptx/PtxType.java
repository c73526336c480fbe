package dev.espalier.cuda.emulator.ptx;

import java.util.Locale;

/** A fundamental type of PTX, as it stands in a declaration or an opcode. */
public enum PtxType {
  PRED(Kind.PREDICATE, 1),
  B8(Kind.BITS, 8),
  B16(Kind.BITS, 16),
  B32(Kind.BITS, 32),
  B64(Kind.BITS, 64),
  U8(Kind.UNSIGNED, 8),
  U16(Kind.UNSIGNED, 16),
  U32(Kind.UNSIGNED, 32),
  U64(Kind.UNSIGNED, 64),
  S8(Kind.SIGNED, 8),
  S16(Kind.SIGNED, 16),
  S32(Kind.SIGNED, 32),
  S64(Kind.SIGNED, 64),
  F16(Kind.FLOAT, 16),
  BF16(Kind.FLOAT, 16),
  TF32(Kind.FLOAT, 32),
  F32(Kind.FLOAT, 32),
  F64(Kind.FLOAT, 64),
  F16X2(Kind.PACKED, 32),
  BF16X2(Kind.PACKED, 32);

  /** How the bits of a type are read. */
  public enum Kind {
    PREDICATE,
    BITS,
    UNSIGNED,
    SIGNED,
    FLOAT,
    PACKED
  }

  private final Kind kind;
  private final int bits;

  PtxType(Kind kind, int bits) {
    this.kind = kind;
    this.bits = bits;
  }

  /** How the bits are read. */
  public Kind kind() {
    return kind;
  }

  /** The width in bits. */
  public int bits() {
    return bits;
  }

  /** The width in bytes; not of a predicate. */
  public int bytes() {
    return bits / 8;
  }

  /** Whether a register of the type is held in a file of longs. */
  public boolean isWide() {
    return bits == 64;
  }

  /** Whether narrower values of the type are extended by their sign. */
  public boolean isSigned() {
    return kind == Kind.SIGNED;
  }

  /** The type of that name without its dot, or null if there is none. */
  public static PtxType find(String name) {
    return switch (name) {
      case "pred",
          "b8",
          "b16",
          "b32",
          "b64",
          "u8",
          "u16",
          "u32",
          "u64",
          "s8",
          "s16",
          "s32",
          "s64",
          "f16",
          "bf16",
          "tf32",
          "f32",
          "f64",
          "f16x2",
          "bf16x2" ->
          valueOf(name.toUpperCase(Locale.ROOT));
      default -> null;
    };
  }
}
