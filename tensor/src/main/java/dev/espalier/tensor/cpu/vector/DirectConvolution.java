package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;

/**
 * A convolution that multiplies pixels where they lie: vectors hold output channels, and each pixel
 * of a window of the input is broadcast to them ({@link PixelTile}). Nothing is laid out once per
 * tap, lines leave out the taps that lie in the padding, and maps that do not fill vectors leave no
 * lane idle; in exchange the weight is transposed, and so is the result.
 *
 * <p>A task owns some lines and some channels. The window of the lines, all input channels, lies in
 * the task's slot; block by block of channels the weights are packed in slices of depth, and each
 * slice's sums are added to those of the block, which lie in the slot too. Each sum takes its steps
 * in the same order wherever the tasks are cut.
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
  private static final int SLICE = MicroKernel.DEPTH;

  private static final int VECTOR = (int) Lanes.BYTES;

  /** Bytes of the weights of one step. */
  private static final int STEP = PixelTile.MOST_VECTORS * VECTOR;

  /** Channels of a block. */
  private static final int BLOCK = PixelTile.MOST_VECTORS * Lanes.COUNT;

  /** Pixels that are transposed and written at a time. */
  private static final int GROUP = 8 * Lanes.COUNT;

  /** One cache line more than they need, as in {@link Scratch#CHUNK_PITCH}. */
  private static final long GROUP_BYTES = GROUP * (long) Float.BYTES + 64;

  /** Floats of {@link Scratch#transposed}. */
  static final int TRANSPOSED = (int) GROUP_BYTES / Float.BYTES * BLOCK;

  /** Where in the slot a block's sums lie, behind a slice of weights. */
  private static final int SUMS = (SLICE + LaneWeights.EXCESS) * STEP;

  /** Where the window lies. */
  private static final int WINDOW = Panels.SLOT_BYTES * 3 / 8;

  private static final MemorySegment[] WINDOWS = Panels.windows(WINDOW);

  /** Pixels whose sums have room, less those that the last transpose reads too much. */
  private static final int MOST_SUMS = (WINDOW - SUMS) / STEP - BLOCK;

  private static final int WINDOW_FLOATS = (Panels.SLOT_BYTES - WINDOW) / Float.BYTES;

  /** Below this many multiply-adds waking other threads costs more than it saves. */
  private static final long PARALLEL_WORK = 1L << 20;

  /** How the convolution is cut: every chunk but the last has these many lines and channels. */
  private record Chunks(int lines, int channels, int lineChunks, int channelChunks) {
    int count() {
      return lineChunks * channelChunks;
    }
  }

  /** How a line is cut into tiles, the last of which may compute pixels too many. */
  private int tiles() {
    return Math.ceilDiv(patches.gridWidth(), PixelTile.MOST_PIXELS);
  }

  private int tilePixels() {
    return Math.ceilDiv(patches.gridWidth(), tiles());
  }

  /** Steps whose weights are packed at a time. */
  private int slice() {
    int unit = weights.unit();
    return SLICE / unit * unit;
  }

  /** Whether vectors and tiles would be full enough, and a window of some lines has room. */
  boolean pays() {
    return channels >= BLOCK
        && patches.gridWidth() >= 4
        && patches.gridHeight() > 0
        && depth > 0
        && patches.taps() <= SLICE
        && mostLines() > 0;
  }

  /** Lines of a chunk that have room: of one image, or of whole images. */
  private int mostLines() {
    int inputs = depth / patches.taps();
    int height = patches.gridHeight();
    int lines = MOST_SUMS / (tiles() * tilePixels());
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
    if (small) {
      for (int i = 0; i < chunks.count(); i++) {
        chunk(chunks, i);
      }
    } else {
      Workers.run(chunks.count(), i -> chunk(chunks, i));
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

  private void chunk(Chunks chunks, int index) {
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
      int width = patches.gridWidth();
      MemorySegment window = WINDOWS[slot];
      PatchBuffer buffer = scratch.patches;
      buffer.fillInto(window, patches, 0, depth, line * width, (end - line) * width);
      scratch.places.list(patches, buffer, depth, slice(), WINDOW, STEP);
      for (int first = channel; first < channelEnd; first += BLOCK) {
        block(line, end, first, Math.min(BLOCK, channelEnd - first), slot, scratch);
      }
    } finally {
      Panels.release(slot);
    }
  }

  private void block(int line, int end, int channel, int count, int slot, Scratch scratch) {
    int slice = slice();
    int vectors = count > Lanes.COUNT ? 2 : 1;
    long floats = (long) (end - line) * tiles() * tilePixels() * vectors * Lanes.COUNT;
    VectorFill.floats(Panels.MEMORY, Panels.header(slot) + (long) SUMS, floats, 0);
    for (int k0 = 0; k0 < depth; k0 += slice) {
      int steps = Math.min(slice, depth - k0);
      weights.pack(channel, count, k0, steps, Panels.header(slot), STEP);
      multiply(line, end, k0 / slice, vectors, slot, scratch);
    }
    write(line, end, channel, count, slot, scratch);
  }

  private void multiply(int line, int end, int slice, int vectors, int slot, Scratch scratch) {
    int pixels = tilePixels();
    int tiles = tiles();
    PixelTile tile = PixelTile.of(pixels, vectors);
    int sums = SUMS;
    for (int l = line; l < end; l++) {
      int list = scratch.places.listOf(l % patches.gridHeight());
      int[] places = scratch.places.places(list);
      int first = scratch.places.bound(list, slice);
      int last = scratch.places.bound(list, slice + 1);
      int window = (int) scratch.patches.lineOffset(l);
      for (int t = 0; t < tiles; t++) {
        tile.run(places, first, last, window, slot, sums);
        window += pixels * Float.BYTES;
        sums += pixels * vectors * VECTOR;
      }
    }
  }

  /** Transposes a block's sums and writes them out, in runs of pixels that lie together in both. */
  private void write(int line, int end, int channel, int count, int slot, Scratch scratch) {
    var writer = new TileWriter(target, epilogue);
    int width = patches.gridWidth();
    int pitch = (count > Lanes.COUNT ? 2 : 1) * VECTOR;
    int sumsPerLine = tiles() * tilePixels();
    int together = sumsPerLine == width ? end - line : 1;
    for (int l = line; l < end; l += together) {
      int run = together * width;
      long from = Panels.header(slot) + SUMS + (long) (l - line) * sumsPerLine * pitch;
      for (int x = 0; x < run; x += GROUP) {
        int taken = Math.min(GROUP, run - x);
        int rows = Math.ceilDiv(taken, Lanes.COUNT) * Lanes.COUNT;
        long at = from + (long) x * pitch;
        Packing.transpose(
            Panels.MEMORY, at, pitch, scratch.transposed, 0, GROUP_BYTES, rows, count);
        writer.write(
            scratch.transposed, GROUP_BYTES, channel, count, l * width + x, taken, false, true);
      }
    }
  }
}
