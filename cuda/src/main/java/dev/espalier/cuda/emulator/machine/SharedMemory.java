package dev.espalier.cuda.emulator.machine;

import dev.espalier.cuda.emulator.Check;
import java.util.Arrays;

/** The shared memory of one block. */
public final class SharedMemory {
  /** Its content. */
  public final byte[] bytes;

  private static final byte EMPTY = 0;
  private static final byte COMING = 2;

  /** Of each byte: 0 never written, 1 written, 2 on its way. */
  private final byte[] state;

  private int comings;

  private final RaceDetector races;

  /**
   * Memory of a size, without content.
   *
   * @param granule bytes of the narrowest access, or 0 to look for no races
   */
  public SharedMemory(int size, int granule) {
    races = granule == 0 ? null : new RaceDetector(size, granule);
    bytes = new byte[size];
    state = new byte[size];
  }

  /** Makes the memory as at the start of a block. */
  public void reset() {
    Arrays.fill(state, EMPTY);
    comings = 0;
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
    if (!Bytes.allValid(state, at, count)) {
      refuseRead(warp, lane, at, count);
    }
    if (races != null) {
      races.read(warp, lane, at, count, op);
    }
  }

  private void refuseRead(Warp warp, int lane, int at, int count) {
    boolean coming = false;
    boolean missing = false;
    for (int i = at; i < at + count; i++) {
      coming |= state[i] == COMING;
      missing |= state[i] == EMPTY;
    }
    if (coming && warp.block.checks.asyncCopy) {
      throw new KernelFault(
          Check.ASYNC_COPY,
          lane,
          "reads %d bytes at offset %d of shared memory that a cp.async writes: wait for its group"
              .formatted(count, at));
    }
    if (missing && warp.block.checks.uninitialised) {
      throw new KernelFault(
          Check.UNINITIALISED,
          lane,
          "reads %d bytes at offset %d of shared memory, not all written".formatted(count, at));
    }
  }

  /** The writes that follow are by one execution of an instruction. */
  public void beginWrites() {
    if (races != null) {
      races.beginExecution();
    }
  }

  /** Notes a write. */
  public void write(Warp warp, int lane, int at, int count, int op) {
    if (races != null) {
      races.write(warp, lane, at, count, op);
    }
    if (comings > 0 && warp.block.checks.asyncCopy) {
      for (int i = at; i < at + count; i++) {
        if (state[i] == COMING) {
          throw new KernelFault(
              Check.ASYNC_COPY,
              lane,
              "writes %d bytes at offset %d of shared memory that a cp.async writes too: wait first"
                  .formatted(count, at));
        }
      }
    }
    Bytes.setValid(state, at, count);
  }

  /** Notes that an asynchronous copy to the place has begun. */
  public void departed(int at, int count) {
    comings++;
    Arrays.fill(state, at, at + count, COMING);
  }

  /** Notes that an asynchronous copy to the place has been waited for. */
  void arrived(Warp warp, int lane, int at, int count, int op) {
    if (races != null) {
      races.note(warp, lane, at, count, op);
    }
    comings--;
    Bytes.setValid(state, at, count);
  }

  /** Notes an atomic update. */
  public void update(Warp warp, int lane, int at, int count, int op) {
    if (!Bytes.allValid(state, at, count)) {
      refuseRead(warp, lane, at, count);
    }
    if (races != null) {
      races.update(warp, lane, at, count, op);
    }
  }

  /** Whether, since the last call, lanes of one instruction wrote to one place. */
  public boolean takeOverlap() {
    return races != null && races.takeOverlap();
  }
}
