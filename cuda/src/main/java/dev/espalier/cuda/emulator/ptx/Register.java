package dev.espalier.cuda.emulator.ptx;

/** A virtual register; two declarations of one name in different scopes are two registers. */
public final class Register {
  private final String name;
  private final PtxType type;

  /** A register of its own identity. */
  public Register(String name, PtxType type) {
    this.name = name;
    this.type = type;
  }

  /** As written. */
  public String name() {
    return name;
  }

  /** The declared type. */
  public PtxType type() {
    return type;
  }

  @Override
  public String toString() {
    return name;
  }
}
