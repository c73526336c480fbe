package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A convolution that multiplies pixels where they lie: vectors hold output channels, and each pixel
 * of a window of the input is broadcast to them ({@link PixelTile}). Nothing is laid out once per
 * tap, taps that lie in the padding are left out, and maps that do not fill vectors leave no lane
 * idle; in exchange the weight is transposed, and so is the result.
 *
 * <p>A task owns some lines and some channels. Slice by slice of depth it copies the window of its
 * lines, and block by block of channels packs the slice's weights and adds to the block's sums.
 * Each sum takes its steps in the same order wherever the tasks are cut.
 *
 * @param depth input channels times taps
 */
record DirectConvolution(
    Patches patches,
    int depth,
    int channels,
    LaneWeights weights,
    OutputMap target,
    TileEpilogue epilogue) {
  /** Most steps of depth whose weights are packed at a time. */
  private static final int SLICE = 768;

  /** Channels of a block. */
  private static final int BLOCK = LaneWeights.PITCH;

  /** Pixels that are transposed and written at a time. */
  private static final int GROUP = 8 * Lanes.COUNT;

  /** One cache line more than they need, as in {@link Scratch#CHUNK_PITCH}. */
  private static final long GROUP_BYTES = GROUP * (long) Float.BYTES + 64;

  /** Floats of {@link Scratch#transposed}. */
  static final int TRANSPOSED = (int) GROUP_BYTES / Float.BYTES * BLOCK;

  /** Floats of {@link Scratch#group}. */
  static final int GROUP_SUMS = GROUP * BLOCK;

  /** Where in a slot the window lies, behind a slice of weights. */
  private static final int WINDOW = (SLICE + LaneWeights.EXCESS) * BLOCK;

  private static final int WINDOW_FLOATS = PixelMemory.SLOT - WINDOW;

  /** Sums of a task, which the caches hold. */
  static final int MOST_SUMS = 1 << 19;

  /** Below this many multiply-adds waking other threads costs more than it saves. */
  private static final long PARALLEL_WORK = 1L << 20;

  /** How the convolution is cut: every chunk but the last has these many lines and channels. */
  private record Chunks(int lines, int channels, int lineChunks, int channelChunks) {
    int count() {
      return lineChunks * channelChunks;
    }
  }

  /** Steps of a slice: those of whole input channels, of sixteen of them where there are many. */
  private int slice() {
    int inputs = SLICE / patches.taps();
    return patches.taps() * (inputs > 16 ? inputs & -16 : inputs);
  }

  private int sliceInputs() {
    return Math.min(slice(), depth) / patches.taps();
  }

  /** Whether vectors and tiles would be full enough, and a window of some lines has room. */
  boolean pays() {
    return channels >= BLOCK / 4
        && patches.gridWidth() >= 4
        && patches.gridHeight() > 0
        && depth > 0
        && patches.taps() <= SLICE
        && mostLines() > 0;
  }

  /** Lines of a chunk that have room: of one image, or of whole images. */
  private int mostLines() {
    int height = patches.gridHeight();
    int inputs = sliceInputs();
    int together = depth <= slice() ? BLOCK : Math.ceilDiv(channels, BLOCK) * BLOCK;
    int lines = MOST_SUMS / together / patches.gridWidth();
    if (lines >= height && PatchBuffer.floats(patches, inputs, 1, height) <= WINDOW_FLOATS) {
      int images = Math.clamp(lines / height, 1, Math.max(1, patches.input().images()));
      while (PatchBuffer.floats(patches, inputs, images, height) > WINDOW_FLOATS) {
        images--;
      }
      return images * height;
    }
    lines = Math.min(lines, height);
    while (lines > 0 && PatchBuffer.floats(patches, inputs, 1, lines) > WINDOW_FLOATS) {
      lines--;
    }
    return lines;
  }

  void run() {
    int lines = patches.input().images() * patches.gridHeight();
    if (lines == 0) {
      return;
    }
    boolean small = (long) lines * patches.gridWidth() * depth * channels < PARALLEL_WORK;
    Chunks chunks = cut(lines, small ? 1 : Workers.threads());
    var columns = TapColumns.of(patches, Math.min(slice(), depth));
    if (small) {
      for (int i = 0; i < chunks.count(); i++) {
        chunk(chunks, i, columns);
      }
    } else {
      Workers.run(chunks.count(), i -> chunk(chunks, i, columns));
    }
  }

  private Chunks cut(int lines, int threads) {
    int wanted = threads == 1 ? 1 : 2 * threads;
    int height = patches.gridHeight();
    int blocks = Math.ceilDiv(channels, BLOCK);
    int most = Math.min(mostLines(), Math.ceilDiv(lines, Math.ceilDiv(wanted, blocks)));
    int chunkLines = most;
    if (most >= height) {
      chunkLines = most / height * height;
    } else {
      chunkLines = Math.ceilDiv(height, Math.ceilDiv(height, most));
    }
    int lineChunks =
        most >= height
            ? Math.ceilDiv(lines, chunkLines)
            : lines / height * Math.ceilDiv(height, chunkLines);
    int channelChunks = Math.clamp(Math.ceilDiv(wanted, lineChunks), 1, blocks);
    int chunkChannels = Math.ceilDiv(blocks, channelChunks) * BLOCK;
    return new Chunks(chunkLines, chunkChannels, lineChunks, Math.ceilDiv(channels, chunkChannels));
  }

  private void chunk(Chunks chunks, int index, TapColumns columns) {
    int height = patches.gridHeight();
    int lineChunk = index / chunks.channelChunks;
    int line;
    int end;
    if (chunks.lines >= height) {
      line = lineChunk * chunks.lines;
      end = Math.min(line + chunks.lines, patches.input().images() * height);
    } else {
      int perImage = Math.ceilDiv(height, chunks.lines);
      int image = lineChunk / perImage * height;
      line = image + lineChunk % perImage * chunks.lines;
      end = Math.min(line + chunks.lines, image + height);
    }
    int channel = index % chunks.channelChunks * chunks.channels;
    int channelEnd = Math.min(channel + chunks.channels, channels);
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      lines(line, end, channel, channelEnd, columns, slot, scratch);
    } finally {
      Panels.release(slot);
    }
  }

  private void lines(
      int line,
      int end,
      int channel,
      int channelEnd,
      TapColumns columns,
      int slot,
      Scratch scratch) {
    int slice = slice();
    int width = patches.gridWidth();
    int pixels = (end - line) * width;
    boolean whole = depth <= slice;
    int blocks = whole ? 1 : Math.ceilDiv(channelEnd - channel, BLOCK);
    float[] sums = scratch.sums(blocks * pixels * BLOCK);
    for (int k0 = 0; k0 < depth; k0 += slice) {
      int steps = Math.min(slice, depth - k0);
      scratch.patches.fillInto(
          PixelMemory.FLOATS,
          PixelMemory.header(slot) + WINDOW,
          patches,
          k0,
          steps,
          line * width,
          pixels);
      scratch.places.list(patches, columns, scratch.patches, k0, steps, WINDOW, BLOCK);
      for (int first = channel; first < channelEnd; first += BLOCK) {
        int count = Math.min(BLOCK, channelEnd - first);
        int lanes = PixelTile.VECTORS * PixelTile.lanes(count);
        int at = whole ? 0 : (first - channel) * pixels;
        if (k0 == 0) {
          Arrays.fill(sums, at, at + pixels * lanes, 0);
        }
        weights.pack(first, count, k0, steps, slot);
        multiply(line, end, columns, lanes, slot, sums, at, scratch);
        if (k0 + steps == depth) {
          write(line * width, pixels, first, count, lanes, sums, at, scratch);
        }
      }
    }
  }

  private void multiply(
      int line,
      int end,
      TapColumns columns,
      int lanes,
      int slot,
      float[] sums,
      int at,
      Scratch scratch) {
    int width = patches.gridWidth();
    int sum = at;
    for (int l = line; l < end; l++) {
      int list = scratch.places.listOf(l % patches.gridHeight());
      int[] places = scratch.places.places(list);
      int window = (int) scratch.patches.lineOffset(l) / Float.BYTES;
      for (int t = 0; t < columns.tiles(); t++) {
        int tile = columns.tileBegin(t);
        for (int run = columns.firstRun(t); run < columns.firstRun(t + 1); run++) {
          int first = scratch.places.bound(list, columns.firstColumn(run));
          int last = scratch.places.bound(list, columns.endColumn(run));
          int x = tile + columns.firstPixel(run);
          PixelTile.of(tile + columns.endPixel(run) - x, lanes / PixelTile.VECTORS)
              .run(places, first, last, window + x, slot, sums, sum + x * lanes);
        }
      }
      sum += width * lanes;
    }
  }

  /** Finishes a block's sums, transposes them and writes them out. */
  private void write(
      int pixel,
      int pixels,
      int channel,
      int count,
      int lanes,
      float[] sums,
      int at,
      Scratch scratch) {
    ChannelFinish.run(epilogue, channel, count, lanes, sums, at, pixels);
    for (int x = 0; x < pixels; ) {
      int run = Math.min(target.run(pixel + x), pixels - x);
      int from = at + x * lanes;
      if (target.columnStride() == 1 && LaneTranspose.handles(run)) {
        long to = target.byteOffset(channel, pixel + x);
        long pitch = target.rowStride() * Float.BYTES;
        LaneTranspose.run(sums, from, lanes, target.data(), to, pitch, run, count);
      } else {
        run = Math.min(pixels - x, GROUP);
        writeGroup(pixel + x, run, channel, count, lanes, sums, from, scratch);
      }
      x += run;
    }
  }

  private void writeGroup(
      int pixel,
      int pixels,
      int channel,
      int count,
      int lanes,
      float[] sums,
      int at,
      Scratch scratch) {
    MemorySegment.copy(sums, at, scratch.group, ValueLayout.JAVA_FLOAT, 0, pixels * lanes);
    int rows = Math.ceilDiv(pixels, Lanes.COUNT) * Lanes.COUNT;
    long pitch = lanes * (long) Float.BYTES;
    Packing.transpose(scratch.group, 0, pitch, scratch.transposed, 0, GROUP_BYTES, rows, lanes);
    new TileWriter(target, TileEpilogue.NONE)
        .write(scratch.transposed, GROUP_BYTES, channel, count, pixel, pixels, false, true);
  }
}
