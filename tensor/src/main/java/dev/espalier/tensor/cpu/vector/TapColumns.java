package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How a {@link DirectConvolution} cuts its lines into tiles and a tile's steps of depth into runs.
 *
 * <p>The taps of one column of the kernel see the same pixels of a line within the input, and leave
 * out those that see the padding. So a tile at the edge of the input runs its steps column by
 * column, each with the pixels that need it; a tile within does all at once.
 */
final class TapColumns {
  /** Pixels times steps below which an own run costs more than it saves. */
  private static final int LEAST_SAVING = 96;

  /** Part of a line's work below which what runs save is not worth loops for further sizes. */
  private static final int LEAST_PART = 60;

  /** Cuts that are known at a time, a power of two; one that is forgotten costs little. */
  private static final int MOST_KNOWN = 64;

  private static final AtomicReferenceArray<TapColumns> KNOWN =
      new AtomicReferenceArray<>(MOST_KNOWN);

  private final Key key;
  private final int[][] taps;
  private final int[] runs;
  private final int[] firstRun;
  private final int tiles;
  private final int tilePixels;

  /**
   * What a cut follows from.
   *
   * @param tapColumns the very array, which {@link ConvTable} keeps
   */
  private record Key(int[] tapColumns, int stride, int inputWidth, int width, int depth) {
    boolean is(Patches patches, int steps) {
      return tapColumns == patches.tapColumns()
          && stride == patches.strideW()
          && inputWidth == patches.input().width()
          && width == patches.gridWidth()
          && depth == steps;
    }
  }

  /**
   * The cut of some patches, kept for the next convolution of that geometry.
   *
   * @param depth steps of a slice
   */
  static TapColumns of(Patches patches, int depth) {
    int at = System.identityHashCode(patches.tapColumns()) & (MOST_KNOWN - 1);
    TapColumns known = KNOWN.get(at);
    if (known == null || !known.key.is(patches, depth)) {
      known = new TapColumns(patches, PixelTile.MOST_PIXELS, depth);
      KNOWN.set(at, known);
    }
    return known;
  }

  private TapColumns(Patches patches, int mostPixels, int depth) {
    int width = patches.gridWidth();
    int stride = patches.strideW();
    key = new Key(patches.tapColumns(), stride, patches.input().width(), width, depth);
    tiles = Math.ceilDiv(width, mostPixels);
    tilePixels = Math.ceilDiv(width, tiles);
    int[] columns = Arrays.stream(patches.tapColumns()).distinct().toArray();
    taps = new int[columns.length][];
    int[] first = new int[columns.length];
    int[] end = new int[columns.length];
    for (int i = 0; i < columns.length; i++) {
      taps[i] = tapsOf(patches, columns[i]);
      first[i] = ConvGeometry.first(columns[i], patches.strideW());
      end[i] = ConvGeometry.end(columns[i], patches.strideW(), patches.input().width(), width);
    }
    runs = new int[4 * tiles * columns.length];
    firstRun = new int[tiles + 1];
    int count = 0;
    for (int tile = 0; tile < tiles; tile++) {
      firstRun[tile] = count;
      int from = tile * tilePixels;
      int pixels = Math.min(tilePixels, width - from);
      for (int i = 0; i < columns.length; i++) {
        int a = Math.clamp(first[i] - from, 0, pixels);
        int b = Math.clamp(end[i] - from, 0, pixels);
        long steps = (long) depth * taps[i].length / patches.taps();
        long saving = (pixels - Math.max(b - a, 0)) * steps;
        if (saving < LEAST_SAVING || saving * LEAST_PART < width * (long) depth * 2 / 3) {
          a = 0;
          b = pixels;
        }
        if (a < b) {
          count = addRun(count, firstRun[tile], a, b, i);
        }
      }
    }
    firstRun[tiles] = count;
  }

  private static int[] tapsOf(Patches patches, int column) {
    int[] taps = new int[patches.taps()];
    int count = 0;
    for (int tap = 0; tap < taps.length; tap++) {
      if (patches.tapColumns()[tap] == column) {
        taps[count++] = tap;
      }
    }
    return Arrays.copyOf(taps, count);
  }

  /** Adds a run, or joins it to the one before it; returns how many there are. */
  private int addRun(int count, int tileBegin, int first, int end, int column) {
    int last = 4 * (count - 1);
    if (count > tileBegin
        && runs[last] == first
        && runs[last + 1] == end
        && runs[last + 3] == column) {
      runs[last + 3] = column + 1;
      return count;
    }
    int at = 4 * count;
    runs[at] = first;
    runs[at + 1] = end;
    runs[at + 2] = column;
    runs[at + 3] = column + 1;
    return count + 1;
  }

  /** Columns of the kernel that have taps. */
  int count() {
    return taps.length;
  }

  /** The taps of a column. */
  int[] taps(int column) {
    return taps[column];
  }

  int tiles() {
    return tiles;
  }

  /** Where a tile begins in the line. */
  int tileBegin(int tile) {
    return tile * tilePixels;
  }

  /** The first run of a tile, which ends where the next one's begins. */
  int firstRun(int tile) {
    return firstRun[tile];
  }

  /** First pixel of a run within its tile. */
  int firstPixel(int run) {
    return runs[4 * run];
  }

  /** Behind the last pixel of a run. */
  int endPixel(int run) {
    return runs[4 * run + 1];
  }

  /** First column of a run. */
  int firstColumn(int run) {
    return runs[4 * run + 2];
  }

  /** Behind the last column of a run. */
  int endColumn(int run) {
    return runs[4 * run + 3];
  }
}
