package dev.espalier.cuda.emulator.machine;

import java.util.Arrays;

/**
 * The state of 32 threads that run together.
 *
 * <p>A register is one array of 32 values, one for each lane; a predicate is one bit for each lane.
 * Numbers of up to 32 bits are held as {@code int} (unused high bits zero), 64-bit ones as {@code
 * long}; floats as their bits.
 */
public final class Warp {
  /** Threads of a warp. */
  public static final int LANES = 32;

  /** All lanes. */
  public static final int ALL = -1;

  /** Registers of up to 32 bits; constants and special registers follow those of the kernel. */
  public final int[][] ints;

  /** Registers of 64 bits; constants follow those of the kernel. */
  public final long[][] longs;

  /** Predicate registers. */
  public final int[] predicates;

  /** Where the addresses of one memory instruction are gathered. */
  public final long[] addresses = new long[LANES];

  /** Where offsets into one array of bytes are gathered. */
  public final int[] offsets = new int[LANES];

  /** Where further addresses of an instruction are gathered. */
  public final long[] targets = new long[LANES];

  /** Where a matrix product is gathered: four registers. */
  public final int[] tensor = new int[4 * LANES];

  /** What the warp knows of the order of events. */
  public final WarpClock clock;

  /** Copies that are on their way. */
  public final AsyncCopies copies = new AsyncCopies();

  /** The block that the warp belongs to. */
  public final BlockState block;

  /** The position of the warp in its block. */
  public final int index;

  /** The memory of the lanes' own, one stretch after the other. */
  public final byte[] local;

  /** Flags of {@link #local}: was the byte written? */
  public final byte[] localValid;

  /** Lanes that exist: all but those beyond a block that is no multiple of 32 threads. */
  public int present;

  /** Lanes that have ended. */
  public int exited;

  /** A warp with room for its registers. */
  public Warp(BlockState block, int index, int[][] ints, long[][] longs, int predicates) {
    this.block = block;
    this.index = index;
    this.clock = new WarpClock(index, block.warps);
    this.ints = ints;
    this.longs = longs;
    this.predicates = new int[predicates];
    this.local = new byte[LANES * block.localBytes];
    this.localValid = new byte[local.length];
  }

  /** Makes the warp as at the start of a block. */
  public void start(int lanes, long time) {
    clock.begin(time);
    present = lanes;
    exited = 0;
    copies.reset();
    Arrays.fill(localValid, (byte) 0);
  }

  /** Lanes that exist and have not ended. */
  public int live() {
    return present & ~exited;
  }

  /** Orders the accesses of the lanes in {@code group} before against those after. */
  public void synchronize(int group) {
    clock.synchronize(group, (live() & ~group) == 0);
  }
}
