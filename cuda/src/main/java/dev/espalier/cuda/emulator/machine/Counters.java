package dev.espalier.cuda.emulator.machine;

import java.util.Arrays;

/**
 * What memory instructions ask of the memory, by the number of the instruction.
 *
 * <p>Global memory moves in sectors of 32 bytes: a request of a warp costs as many as its lanes
 * touch, and at best as many as the distinct bytes would fill. Shared memory has 32 banks of four
 * bytes: a request costs as many passes (wavefronts) as the busiest bank has distinct words to
 * deliver; requests of 8 and 16 bytes a lane go by half and quarter warps.
 */
public final class Counters {
  private static final int SECTOR_SHIFT = 5;
  private static final int SECTOR = 1 << SECTOR_SHIFT;
  private static final int BANKS = 32;

  /** Requests of warps to global memory. */
  public final long[] globalRequests;

  /** Sectors that they touched. */
  public final long[] sectors;

  /** Sectors that they would touch at best. */
  public final long[] idealSectors;

  /** Requests of warps to shared memory. */
  public final long[] sharedRequests;

  /** Passes that they took. */
  public final long[] wavefronts;

  /** Passes that they would take without conflicts. */
  public final long[] idealWavefronts;

  private final long[] sorted = new long[Warp.LANES];
  private final int[] words = new int[BANKS * Warp.LANES];
  private final int[] counts = new int[BANKS];

  /** Counters of a kernel with that many instructions. */
  public Counters(int instructions) {
    globalRequests = new long[instructions];
    sectors = new long[instructions];
    idealSectors = new long[instructions];
    sharedRequests = new long[instructions];
    wavefronts = new long[instructions];
    idealWavefronts = new long[instructions];
  }

  /** Adds those of another host thread. */
  public void add(Counters other) {
    add(globalRequests, other.globalRequests);
    add(sectors, other.sectors);
    add(idealSectors, other.idealSectors);
    add(sharedRequests, other.sharedRequests);
    add(wavefronts, other.wavefronts);
    add(idealWavefronts, other.idealWavefronts);
  }

  private static void add(long[] to, long[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  /** A request of {@code bytes} bytes a lane to global memory. */
  public void global(int instruction, long[] addresses, int mask, int bytes) {
    int count = 0;
    int places = 0;
    int touched = 0;
    long lastAddress = -1;
    long lastSector = -1;
    boolean ascending = true;
    for (int m = mask; m != 0; m &= m - 1) {
      long address = addresses[Integer.numberOfTrailingZeros(m)];
      sorted[count++] = address;
      ascending &= address >= lastAddress;
      places += address != lastAddress ? 1 : 0;
      lastAddress = address;
      long sector = address >>> SECTOR_SHIFT;
      touched += sector != lastSector ? 1 : 0;
      lastSector = sector;
    }
    if (!ascending) {
      Arrays.sort(sorted, 0, count);
      places = 1;
      touched = 1;
      for (int i = 1; i < count; i++) {
        places += sorted[i] != sorted[i - 1] ? 1 : 0;
        touched += sorted[i] >>> SECTOR_SHIFT != sorted[i - 1] >>> SECTOR_SHIFT ? 1 : 0;
      }
    }
    globalRequests[instruction]++;
    sectors[instruction] += touched;
    idealSectors[instruction] += ((long) places * bytes + SECTOR - 1) >>> SECTOR_SHIFT;
  }

  /** A request of {@code bytes} bytes a lane to shared memory. */
  public void shared(int instruction, int[] offsets, int mask, int bytes) {
    sharedRequests[instruction]++;
    int lanesAtOnce = bytes <= 4 ? Warp.LANES : Warp.LANES * 4 / bytes;
    int passes = 0;
    int least = 0;
    for (int first = 0; first < Warp.LANES; first += lanesAtOnce) {
      int part = mask & (lanesAtOnce == Warp.LANES ? Warp.ALL : ((1 << lanesAtOnce) - 1) << first);
      if (part != 0) {
        passes += passes(offsets, part, bytes);
        least++;
      }
    }
    wavefronts[instruction] += passes;
    idealWavefronts[instruction] += least;
  }

  private int passes(int[] offsets, int mask, int bytes) {
    if (isOnePass(offsets, mask, bytes)) {
      return 1;
    }
    Arrays.fill(counts, 0);
    int most = 1;
    for (int m = mask; m != 0; m &= m - 1) {
      int at = offsets[Integer.numberOfTrailingZeros(m)];
      for (int word = at >>> 2; word <= (at + bytes - 1) >>> 2; word++) {
        most = Math.max(most, countWord(word));
      }
    }
    return most;
  }

  /** The distinct words of the bank of {@code word}, with it. */
  private int countWord(int word) {
    int bank = word & (BANKS - 1);
    int start = bank * Warp.LANES;
    int known = counts[bank];
    for (int i = 0; i < known; i++) {
      if (words[start + i] == word) {
        return known;
      }
    }
    words[start + known] = word;
    counts[bank] = known + 1;
    return known + 1;
  }

  /** Whether the lanes read one word after the other, or all the same, as they mostly do. */
  private static boolean isOnePass(int[] offsets, int mask, int bytes) {
    int first = Integer.numberOfTrailingZeros(mask);
    int start = offsets[first];
    boolean same = true;
    boolean next = true;
    int expected = start;
    for (int m = mask; m != 0; m &= m - 1) {
      int at = offsets[Integer.numberOfTrailingZeros(m)];
      same &= at == start;
      next &= at == expected;
      expected += bytes;
    }
    return same || next;
  }
}
