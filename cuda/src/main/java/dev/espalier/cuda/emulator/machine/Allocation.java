package dev.espalier.cuda.emulator.machine;

import java.util.Arrays;

/** A contiguous piece of the device's memory, with one flag per byte: was it ever written? */
public final class Allocation {
  /** Where it begins in the device's address space. */
  public final long base;

  /** Its length in bytes. */
  public final int size;

  /** Its content. */
  public final byte[] bytes;

  private final String name;
  private final byte[] valid;
  private volatile boolean wholeValid;
  private volatile boolean freed;

  Allocation(String name, long base, int size, boolean initialised) {
    this.name = name;
    this.base = base;
    this.size = size;
    this.bytes = new byte[size];
    this.valid = new byte[size];
    this.wholeValid = initialised;
  }

  /** Whether {@code count} bytes from {@code offset} were all written. */
  public boolean isValid(int offset, int count) {
    return wholeValid || Bytes.allValid(valid, offset, count);
  }

  /** Notes that {@code count} bytes from {@code offset} are written. */
  public void markValid(int offset, int count) {
    if (wholeValid) {
      return;
    }
    if (count == size) {
      wholeValid = true;
    } else {
      Bytes.setValid(valid, offset, count);
    }
  }

  /** Takes over which of the copied bytes were written. */
  public void copyValid(Allocation from, int fromOffset, int toOffset, int count) {
    if (from.isValid(fromOffset, count)) {
      markValid(toOffset, count);
      return;
    }
    if (wholeValid) {
      Arrays.fill(valid, (byte) 1);
      wholeValid = false;
    }
    System.arraycopy(from.valid, fromOffset, valid, toOffset, count);
  }

  /** Whether every byte is known to be written. */
  public boolean isWhollyValid() {
    return wholeValid;
  }

  boolean isFreed() {
    return freed;
  }

  void free() {
    freed = true;
  }

  @Override
  public String toString() {
    return "%s (%d bytes at 0x%x)".formatted(name, size, base);
  }
}
