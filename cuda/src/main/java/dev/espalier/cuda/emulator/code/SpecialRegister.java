package dev.espalier.cuda.emulator.code;

import java.util.Locale;

/** Registers that the hardware sets. */
enum SpecialRegister {
  TID_X,
  TID_Y,
  TID_Z,
  NTID_X,
  NTID_Y,
  NTID_Z,
  CTAID_X,
  CTAID_Y,
  CTAID_Z,
  NCTAID_X,
  NCTAID_Y,
  NCTAID_Z,
  LANEID,
  WARPID,
  NWARPID,
  LANEMASK_EQ,
  LANEMASK_LE,
  LANEMASK_LT,
  LANEMASK_GE,
  LANEMASK_GT,
  DYNAMIC_SMEM_SIZE,
  TOTAL_SMEM_SIZE;

  /** The register of that name in PTX, or null. */
  static SpecialRegister find(String name) {
    String wanted = name.substring(1).replace('.', '_').toUpperCase(Locale.ROOT);
    for (SpecialRegister register : values()) {
      if (register.name().equals(wanted)) {
        return register;
      }
    }
    return null;
  }
}
