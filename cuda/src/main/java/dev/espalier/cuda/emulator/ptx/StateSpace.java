package dev.espalier.cuda.emulator.ptx;

/** Where a variable lives. */
public enum StateSpace {
  GLOBAL,
  CONST,
  SHARED,
  LOCAL,
  PARAM,
  /** An address that may be in any space. */
  GENERIC
}
