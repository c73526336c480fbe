package dev.espalier.cuda.emulator.machine;

import dev.espalier.cuda.emulator.Check;
import java.util.Arrays;

/** The shared memory of one block. */
public final class SharedMemory {
  /** Its content. */
  public final byte[] bytes;

  private final byte[] valid;

  /** Memory of a size, without content. */
  public SharedMemory(int size) {
    bytes = new byte[size];
    valid = new byte[size];
  }

  /** Makes the memory as at the start of a block. */
  public void reset() {
    Arrays.fill(valid, (byte) 0);
    Arrays.fill(bytes, (byte) 0);
  }

  /** The place of an address, checked. */
  public int locate(Warp warp, int lane, long address, int count) {
    if (address < 0 || address > bytes.length - count) {
      throw new KernelFault(
          Check.BOUNDS,
          lane,
          "%d bytes at offset %d of shared memory, which has %d bytes"
              .formatted(count, address, bytes.length));
    }
    if ((address & (count - 1)) != 0 && warp.block.checks.alignment) {
      throw new KernelFault(
          Check.ALIGNMENT,
          lane,
          "%d bytes at offset %d of shared memory, no multiple of %d"
              .formatted(count, address, count));
    }
    return (int) address;
  }

  /** Notes a read. */
  public void read(Warp warp, int lane, int at, int count, int op) {
    if (warp.block.checks.uninitialised && !Bytes.allValid(valid, at, count)) {
      throw new KernelFault(
          Check.UNINITIALISED,
          lane,
          "reads %d bytes at offset %d of shared memory, not all written".formatted(count, at));
    }
  }

  /** Notes a write. */
  public void write(Warp warp, int lane, int at, int count, int op) {
    Bytes.setValid(valid, at, count);
  }

  /** Notes an atomic update. */
  public void update(Warp warp, int lane, int at, int count, int op) {
    read(warp, lane, at, count, op);
  }
}
