package dev.espalier.cuda.emulator.ptx;

/** Numbers in the representation of the type that an instruction reads them as. */
public final class Immediates {
  private Immediates() {}

  /** The bits of {@code immediate} as {@code type}, in the low bits of the result. */
  public static long as(PtxType type, Operand.Immediate immediate) {
    if (immediate.type() == PtxType.S64) {
      return switch (type) {
        case F32 -> Float.floatToRawIntBits((float) immediate.bits());
        case F64 -> Double.doubleToRawLongBits((double) immediate.bits());
        default -> immediate.bits();
      };
    }
    return switch (type) {
      case F32 ->
          immediate.type() == PtxType.F32
              ? immediate.bits()
              : Float.floatToRawIntBits((float) Double.longBitsToDouble(immediate.bits()));
      case F64 ->
          immediate.type() == PtxType.F64
              ? immediate.bits()
              : Double.doubleToRawLongBits(Float.intBitsToFloat((int) immediate.bits()));
      default -> immediate.bits();
    };
  }
}
