package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;

/**
 * The gradient of a group's weight: the product of the output's gradient [channel, pixel] with the
 * patches [pixel, (channel, tap)], or its transpose.
 *
 * <p>Whichever factor is the right one has to be transposed while it is packed, and the transposed
 * product in the end; the sizes say which costs less.
 *
 * <p>The sum over the pixels of the batch is cut into a number of partial sums that depends on the
 * geometry alone.
 */
record WeightGradient(ConvGeometry geometry, Planes input, Planes gradient) {

  /** Rows of the transposed product: weights per output channel. */
  private int depth() {
    return geometry.inPerGroup() * geometry.taps();
  }

  private int channels() {
    return geometry.outPerGroup();
  }

  private int pixels() {
    return Math.multiplyExact(geometry.batch(), geometry.outPlane());
  }

  private boolean isTransposed() {
    long straight = (long) pixels() * depth();
    long transposed = (long) pixels() * channels() + (long) depth() * channels();
    return transposed < straight;
  }

  /** Writes the gradient [channel, (channel, tap)], contiguous from {@code offset} elements on. */
  void run(MemorySegment dw, long offset) {
    int parts = partialSums();
    int partPixels = Math.ceilDiv(pixels(), parts);
    long size = (long) depth() * channels();
    if (parts == 1 && !isTransposed()) {
      product(0, pixels(), dw, offset).run();
      return;
    }
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment sums = scratch.work.floats(parts * size);
      IntConsumer part =
          index -> {
            int first = index * partPixels;
            product(first, Math.clamp(pixels() - first, 0, partPixels), sums, index * size).run();
          };
      if (parts > 1) {
        Workers.run(parts, part);
      } else {
        part.accept(0);
      }
      addParts(sums, parts, size);
      write(sums, dw, offset * Float.BYTES);
    }
  }

  private TiledProduct product(int firstPixel, int pixels, MemorySegment target, long offset) {
    var dy = new PlaneMatrix(gradient, firstPixel);
    var x = new PlaneMatrix(input, firstPixel);
    Patches patches = Patches.forward(geometry, input, firstPixel);
    boolean pointwise = Convolution.isPointwise(geometry);
    boolean transposed = isTransposed();
    int rows = transposed ? depth() : channels();
    int columns = transposed ? channels() : depth();
    RowSource left;
    ColumnSource right;
    if (transposed) {
      left = pointwise ? x.channelRows() : patches.rowSource();
      right = dy.channelColumns();
    } else {
      left = dy.channelRows();
      right = pointwise ? x.channelColumns() : patches.tapColumnSource();
    }
    OutputMap c = OutputMap.plain(MatrixView.rowMajor(target, offset, columns), columns);
    return new TiledProduct(rows, columns, pixels, left, right, 0, c, TileEpilogue.NONE);
  }

  /** As many as can keep threads busy where the weight is too small to be divided among them. */
  private int partialSums() {
    int most = Math.clamp(pixels() / MicroKernel.DEPTH, 1, 8);
    return Math.clamp(65_536L / ((long) depth() * channels()), 1, most);
  }

  /** Adds the further partial sums to the first. */
  private static void addParts(MemorySegment sums, int parts, long size) {
    for (int part = 1; part < parts; part++) {
      long from = part * size * Float.BYTES;
      long i = 0;
      for (; i <= size - Lanes.COUNT; i += Lanes.COUNT) {
        long at = i * Float.BYTES;
        FloatVector sum = FloatVector.fromMemorySegment(Lanes.FLOATS, sums, at, Lanes.ORDER);
        sum.add(FloatVector.fromMemorySegment(Lanes.FLOATS, sums, from + at, Lanes.ORDER))
            .intoMemorySegment(sums, at, Lanes.ORDER);
      }
      for (; i < size; i++) {
        float sum = sums.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        float more = sums.getAtIndex(ValueLayout.JAVA_FLOAT, part * size + i);
        sums.setAtIndex(ValueLayout.JAVA_FLOAT, i, sum + more);
      }
    }
  }

  private void write(MemorySegment sums, MemorySegment dw, long to) {
    long rowBytes = depth() * (long) Float.BYTES;
    if (isTransposed()) {
      long pitch = channels() * (long) Float.BYTES;
      Packing.transpose(sums, 0, pitch, dw, to, rowBytes, depth(), channels());
    } else {
      MemorySegment.copy(sums, 0, dw, to, channels() * rowBytes);
    }
  }
}
