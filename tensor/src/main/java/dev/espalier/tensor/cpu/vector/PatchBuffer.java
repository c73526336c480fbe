package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * A window of {@link Patches}' input: some channels of the lines that some pixels need, with their
 * padding.
 *
 * <p>Laid out as [channel][phase][image][line][column], where line l, column c of phase (p, q) is
 * the input at row {@code (l + first line) strideH + p + lowest tap row} and column {@code c
 * strideW + q + lowest tap column}, or zero outside the plane. So a tap is a phase and a shift by
 * whole lines and columns, and neighbouring pixels lie next to each other whatever the stride.
 */
final class PatchBuffer {
  private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(Lanes.FLOATS, 0);

  private final GrowingBuffer memory = new GrowingBuffer();
  private MemorySegment data = MemorySegment.NULL;
  private float[] array;
  private int arrayBegin;
  private Patches patches;

  private int lowestTapRow;
  private int lowestTapColumn;
  private int firstChannel;
  private int firstImage;
  private int images;
  private int firstLine;
  private int topLine;
  private int bottomLine;
  private int haloLines;
  private int lines;
  private int pitch;
  private long phaseSize;
  private long channelSize;

  private int[] phases = {};
  private int phaseCount;
  private long[] tapShifts = {};
  private int firstRow;
  private long[] rowOffsets = {};

  private long[] pieceOffsets = {};
  private int[] piecePixels = {};
  private int pieces;

  MemorySegment data() {
    return data;
  }

  /** Floats from one line to the next. */
  int pitch() {
    return pitch;
  }

  /** Byte offset of the window's first pixel as row {@code row} of the patch matrix sees it. */
  long rowOffset(int row) {
    return rowOffsets[row - firstRow];
  }

  /**
   * Copies what rows {@code row .. row + rows - 1} and pixels {@code pixel .. pixel + pixels - 1}
   * of the patch matrix are made of, and some zeros behind it for readers of whole vectors.
   */
  void fill(Patches source, int row, int rows, int pixel, int pixels) {
    place(source, pixel, pixels);
    if (rows > 0) {
      int channels = (row + rows - 1) / source.taps() - row / source.taps() + 1;
      data = memory.floats(channels * channelSize + slack());
      copy(row, rows);
    }
  }

  /** As {@link #fill} into an array, from {@code at} on; {@link #floats} says how much. */
  void fillInto(float[] target, int at, Patches source, int row, int rows, int pixel, int pixels) {
    place(source, pixel, pixels);
    array = target;
    arrayBegin = at;
    copy(row, rows);
    array = null;
  }

  /** How many floats {@link #fillInto} writes for whole lines of some channels and images. */
  static long floats(Patches source, int channels, int images, int lines) {
    int pitch = source.gridWidth() + halo(source.tapColumns(), source.strideW());
    long phaseSize = images * (long) (lines + halo(source.tapRows(), source.strideH())) * pitch;
    return (long) channels * phases(source) * phaseSize + slack(pitch);
  }

  /** How many phases the taps need. */
  private static int phases(Patches source) {
    int count = 0;
    for (int tap = 0; tap < source.taps(); tap++) {
      int before = 0;
      while (before < tap && !samePhase(source, before, tap)) {
        before++;
      }
      count += before == tap ? 1 : 0;
    }
    return count;
  }

  private static boolean samePhase(Patches source, int tap, int other) {
    int rows = source.tapRows()[tap] - source.tapRows()[other];
    int columns = source.tapColumns()[tap] - source.tapColumns()[other];
    return rows % source.strideH() == 0 && columns % source.strideW() == 0;
  }

  private int slack() {
    return slack(pitch);
  }

  private static int slack(int pitch) {
    return pitch + 5 * Lanes.COUNT;
  }

  private void place(Patches source, int pixel, int pixels) {
    patches = source;
    int gridSize = source.gridHeight() * source.gridWidth();
    int lastPixel = pixel + pixels - 1;
    firstImage = pixel / gridSize;
    images = lastPixel / gridSize - firstImage + 1;
    topLine = pixel % gridSize / source.gridWidth();
    bottomLine = lastPixel % gridSize / source.gridWidth();
    firstLine = images == 1 ? topLine : 0;
    haloLines = halo(source.tapRows(), source.strideH());
    measure((images == 1 ? bottomLine - topLine + 1 : source.gridHeight()) + haloLines);
  }

  private void copy(int row, int rows) {
    firstChannel = row / patches.taps();
    int channels = (row + rows - 1) / patches.taps() - firstChannel + 1;
    listRows(row, rows);
    for (int channel = 0; channel < channels; channel++) {
      for (int slot = 0; slot < phaseCount; slot++) {
        for (int image = 0; image < images; image++) {
          int from = image == 0 ? topLine - firstLine : 0;
          int to = image == images - 1 ? bottomLine - firstLine : patches.gridHeight() - 1;
          fillLines(channel, slot, image, from, to + haloLines);
        }
      }
    }
    if (array == null) {
      fillZero(channels * channelSize * Float.BYTES, slack() - Lanes.COUNT);
    }
  }

  private static int lowest(int[] taps) {
    int lowest = taps.length == 0 ? 0 : taps[0];
    for (int tap : taps) {
      lowest = Math.min(lowest, tap);
    }
    return lowest;
  }

  /** Whole strides between the lowest and the highest tap. */
  private static int halo(int[] taps, int stride) {
    int lowest = lowest(taps);
    int halo = 0;
    for (int tap : taps) {
      halo = Math.max(halo, (tap - lowest) / stride);
    }
    return halo;
  }

  private void measure(int lineCount) {
    int strideH = patches.strideH();
    int strideW = patches.strideW();
    lowestTapRow = lowest(patches.tapRows());
    lowestTapColumn = lowest(patches.tapColumns());
    lines = lineCount;
    pitch = patches.gridWidth() + halo(patches.tapColumns(), strideW);
    phaseSize = images * (long) lines * pitch;
    phaseCount = 0;
    if (tapShifts.length < patches.taps()) {
      tapShifts = new long[patches.taps()];
      phases = new int[patches.taps()];
    }
    for (int tap = 0; tap < patches.taps(); tap++) {
      int y = patches.tapRows()[tap] - lowestTapRow;
      int x = patches.tapColumns()[tap] - lowestTapColumn;
      int slot = phaseSlot(y % strideH * strideW + x % strideW);
      tapShifts[tap] = slot * phaseSize + y / strideH * (long) pitch + x / strideW;
    }
    channelSize = phaseCount * phaseSize;
  }

  /** The place of a phase in the buffer, which holds only those that taps need. */
  private int phaseSlot(int phase) {
    for (int slot = 0; slot < phaseCount; slot++) {
      if (phases[slot] == phase) {
        return slot;
      }
    }
    phases[phaseCount] = phase;
    return phaseCount++;
  }

  private void listRows(int row, int rows) {
    if (rowOffsets.length < rows) {
      rowOffsets = new long[rows];
    }
    firstRow = row;
    int channel = 0;
    int tap = row % patches.taps();
    for (int i = 0; i < rows; i++) {
      rowOffsets[i] = (channel * channelSize + tapShifts[tap]) * Float.BYTES;
      if (++tap == patches.taps()) {
        tap = 0;
        channel++;
      }
    }
  }

  /**
   * Copies some lines of one channel, phase and image. Here as everywhere, whole vectors are
   * written in ascending order: what one writes too much, the next one overwrites.
   */
  private void fillLines(int channel, int slot, int image, int fromLine, int toLine) {
    int width = patches.input().width();
    int height = patches.input().height();
    int step = patches.strideW();
    int top = phases[slot] / step + lowestTapRow + firstLine * patches.strideH();
    int left = phases[slot] % step + lowestTapColumn;
    long plane = patches.input().byteOffset(firstImage + image, firstChannel + channel);
    long to = channel * channelSize + slot * phaseSize + image * (long) lines * pitch;
    int begin = left >= 0 ? 0 : Math.min(pitch, Math.ceilDiv(-left, step));
    int end = left >= width ? 0 : Math.min(pitch, (width - 1 - left) / step + 1);
    int count = Math.max(end - begin, 0);
    if (array != null) {
      int above = Math.clamp(Math.ceilDiv(-top, patches.strideH()), fromLine, toLine + 1);
      int below = Math.clamp(Math.ceilDiv(height - top, patches.strideH()), above, toLine + 1);
      if (count == 0) {
        above = toLine + 1;
        below = above;
      }
      int line = arrayBegin + (int) to;
      PixelLines.zero(array, line + fromLine * pitch, (above - fromLine) * pitch + begin);
      PixelLines.copy(
          patches.input().data(),
          plane
              + ((top + above * (long) patches.strideH()) * width + left + (long) begin * step)
                  * Float.BYTES,
          patches.strideH() * (long) width * Float.BYTES,
          step,
          array,
          line + above * pitch + begin,
          pitch,
          below - above,
          count,
          pitch - count);
      PixelLines.zero(array, line + below * pitch, (toLine + 1 - below) * pitch);
      return;
    }
    long lineBytes = pitch * (long) Float.BYTES;
    long at = to * Float.BYTES + fromLine * lineBytes;
    // One vector of zeros often reaches from the end of a line to where the next one begins.
    boolean joined = pitch - end + begin <= Lanes.COUNT;
    fillZero(at, begin);
    for (int line = fromLine; line <= toLine; line++) {
      int y = top + line * patches.strideH();
      if (y < 0 || y >= height || count == 0) {
        fillZero(at, pitch);
      } else {
        long from = plane + ((long) y * width + left + (long) begin * step) * Float.BYTES;
        copyLine(from, step, at + begin * (long) Float.BYTES, count);
      }
      fillZero(at + end * (long) Float.BYTES, joined ? pitch - end + begin : pitch - end);
      at += lineBytes;
      if (!joined) {
        fillZero(at, begin);
      }
    }
  }

  private void copyLine(long from, int step, long to, int count) {
    MemorySegment source = patches.input().data();
    long vectors = Math.ceilDiv(count, Lanes.COUNT) * Lanes.BYTES;
    boolean inside = from + step * vectors <= source.byteSize();
    if (step == 1 && inside) {
      for (long i = 0; i < vectors; i += Lanes.BYTES) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, source, from + i, Lanes.ORDER)
            .intoMemorySegment(data, to + i, Lanes.ORDER);
      }
    } else if (step == 2 && inside) {
      for (long i = 0; i < vectors; i += Lanes.BYTES) {
        long at = from + 2 * i;
        FloatVector v0 = FloatVector.fromMemorySegment(Lanes.FLOATS, source, at, Lanes.ORDER);
        FloatVector v1 =
            FloatVector.fromMemorySegment(Lanes.FLOATS, source, at + Lanes.BYTES, Lanes.ORDER);
        v0.rearrange(EVEN, v1).intoMemorySegment(data, to + i, Lanes.ORDER);
      }
    } else {
      Packing.copyStrided(source, from, step, data, to, 1, count);
    }
  }

  private void fillZero(long at, int count) {
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      zero.intoMemorySegment(data, at + i * (long) Float.BYTES, Lanes.ORDER);
    }
  }

  /** Byte offset of the first pixel of a line of the grid, lines counted through the images. */
  long lineOffset(int line) {
    int image = line / patches.gridHeight() - firstImage;
    int y = line % patches.gridHeight() - firstLine;
    return (image * (long) lines + y) * pitch * Float.BYTES;
  }

  /** Cuts pixels {@code pixel .. pixel + pixels - 1} into pieces of at most one vector. */
  void listPieces(int pixel, int pixels) {
    int gridWidth = patches.gridWidth();
    pieces = 0;
    for (int done = 0; done < pixels; ) {
      int line = (pixel + done) / gridWidth;
      int x = (pixel + done) % gridWidth;
      int image = line / patches.gridHeight() - firstImage;
      int y = line % patches.gridHeight() - firstLine;
      long from = (image * (long) lines + y) * pitch + x;
      int count = Math.min(pixels - done, gridWidth - x);
      for (int i = 0; i < count; i += Lanes.COUNT) {
        addPiece((from + i) * Float.BYTES, done + i);
      }
      done += count;
    }
  }

  private void addPiece(long offset, int pixel) {
    if (pieces == piecePixels.length) {
      int length = Math.max(64, 2 * pieces);
      pieceOffsets = Arrays.copyOf(pieceOffsets, length);
      piecePixels = Arrays.copyOf(piecePixels, length);
    }
    pieceOffsets[pieces] = offset;
    piecePixels[pieces] = pixel;
    pieces++;
  }

  /**
   * Writes the listed pixels of rows {@code row .. row + depth - 1}, the rows {@code rowBytes}
   * apart. Pieces are copied as whole vectors in ascending order: what one writes too much, the
   * next one or the next row overwrites.
   */
  void packPanel(int row, int depth, MemorySegment target, long at, long rowBytes) {
    if (pieces <= PieceCopy.MOST_PIECES) {
      PieceCopy.of(pieces)
          .run(
              data,
              rowOffsets,
              row - firstRow,
              depth,
              pieceOffsets,
              piecePixels,
              target,
              at,
              rowBytes);
      return;
    }
    MemorySegment source = data;
    long[] offsets = pieceOffsets;
    int[] pixels = piecePixels;
    int count = pieces;
    for (int k = 0; k < depth; k++) {
      long from = rowOffset(row + k);
      long to = at + k * rowBytes;
      for (int i = 0; i < count; i++) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, source, from + offsets[i], Lanes.ORDER)
            .intoMemorySegment(target, to + pixels[i] * (long) Float.BYTES, Lanes.ORDER);
      }
    }
  }

  /** Writes the listed pixels of one row, with up to a vector of excess behind them. */
  void packRow(int row, int slot, int panelRow) {
    int at = RowPanels.begin(slot) + (panelRow & RowPanels.ROW_MASK) * MicroKernel.DEPTH;
    MemorySegment source = data;
    long[] offsets = pieceOffsets;
    int[] pixels = piecePixels;
    int count = pieces;
    long from = rowOffset(row);
    for (int i = 0; i < count; i++) {
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, from + offsets[i], Lanes.ORDER)
          .intoArray(RowPanels.FLOATS, at + (pixels[i] & RowPanels.DEPTH_MASK));
    }
  }
}
