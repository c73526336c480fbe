package dev.espalier.cuda.emulator.machine;

import java.util.Arrays;

/** A contiguous piece of the device's memory, with one flag per byte: was it ever written? */
public final class Allocation {
  private static final int SECTOR = 32;

  /** Where it begins in the device's address space. */
  public final long base;

  /** Its length in bytes. */
  public final int size;

  /** Its content. */
  public final byte[] bytes;

  private final String name;
  private final byte[] valid;
  private final byte[] sectorsRead;
  private final byte[] sectorsWritten;
  private volatile boolean wholeValid;
  private volatile boolean freed;
  private byte lastStamp;

  Allocation(String name, long base, int size, boolean initialised) {
    this.name = name;
    this.base = base;
    this.size = size;
    this.bytes = new byte[size];
    this.valid = new byte[size];
    this.sectorsRead = new byte[(size + SECTOR - 1) / SECTOR];
    this.sectorsWritten = new byte[sectorsRead.length];
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

  /** Notes that a launch with that stamp read at {@code offset}. */
  public void touchRead(int offset, byte stamp) {
    sectorsRead[offset / SECTOR] = stamp;
    lastStamp = stamp;
  }

  /** Notes that a launch with that stamp wrote at {@code offset}. */
  public void touchWritten(int offset, byte stamp) {
    sectorsWritten[offset / SECTOR] = stamp;
    lastStamp = stamp;
  }

  /** The bytes of the sectors that a launch with that stamp read, and of those that it wrote. */
  long touchedBytes(byte stamp) {
    if (lastStamp != stamp) {
      return 0;
    }
    long count = 0;
    for (int i = 0; i < sectorsRead.length; i++) {
      count += (sectorsRead[i] == stamp ? 1 : 0) + (sectorsWritten[i] == stamp ? 1 : 0);
    }
    return count * SECTOR;
  }

  /** Forgets all stamps, before they are used again. */
  void clearStamps() {
    Arrays.fill(sectorsRead, (byte) 0);
    Arrays.fill(sectorsWritten, (byte) 0);
    lastStamp = 0;
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
