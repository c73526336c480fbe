package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Two-dimensional convolution (cross-correlation) and its gradients on raw memory, as matrix
 * products whose patch matrix exists only panel by panel. Checks nothing but assertions.
 *
 * <p>All operands are contiguous float32: x and dx [N, C, H, W], w and dw [O, C/groups, kh, kw], y
 * and dy [N, O, H', W']; offsets count elements. Outputs overlap no input, are written without
 * being read, and do not depend on the number of threads. The pixels of all images form one
 * dimension of the product, so that small maps fill whole register tiles.
 */
public final class Convolution {
  private final ConvGeometry geometry;
  private final ConvSpec spec;

  private Convolution(ConvGeometry geometry) {
    this.geometry = geometry;
    this.spec = geometry.spec();
  }

  /**
   * {@code y = x ⋆ w + bias}, then {@code max(0, ·)} if asked.
   *
   * @param bias [O], or null
   */
  public static void forward(
      ConvGeometry geometry,
      MemorySegment x,
      long xOffset,
      MemorySegment w,
      long wOffset,
      MemorySegment bias,
      long biasOffset,
      boolean relu,
      MemorySegment y,
      long yOffset) {
    var epilogue = new TileEpilogue(bias, biasOffset, null, 0, relu);
    if (DepthwiseConvolution.handles(geometry)) {
      DepthwiseConvolution.forward(geometry, x, xOffset, w, wOffset, epilogue, y, yOffset);
      return;
    }
    var conv = new Convolution(geometry);
    conv.forEachGroup(
        group -> conv.forwardGroup(group, x, xOffset, w, wOffset, epilogue, y, yOffset));
  }

  /** Gradient with respect to x: every element of dx is written. */
  public static void gradInput(
      ConvGeometry geometry,
      MemorySegment dy,
      long dyOffset,
      MemorySegment w,
      long wOffset,
      MemorySegment dx,
      long dxOffset) {
    if (DepthwiseConvolution.handles(geometry)) {
      DepthwiseConvolution.gradInput(geometry, dy, dyOffset, w, wOffset, dx, dxOffset);
      return;
    }
    var conv = new Convolution(geometry);
    List<StridePhase> phases = StridePhase.of(geometry);
    conv.forEachGroup(
        group -> {
          for (StridePhase phase : phases) {
            conv.gradInputPhase(group, phase, dy, dyOffset, w, wOffset, dx, dxOffset);
          }
        });
  }

  /**
   * Gradient with respect to w: every element of dw is written. The sum over the pixels of the
   * batch is cut into a number of partial sums that depends on the geometry alone.
   */
  public static void gradWeight(
      ConvGeometry geometry,
      MemorySegment x,
      long xOffset,
      MemorySegment dy,
      long dyOffset,
      MemorySegment dw,
      long dwOffset) {
    if (DepthwiseConvolution.handles(geometry)) {
      DepthwiseConvolution.gradWeight(geometry, x, xOffset, dy, dyOffset, dw, dwOffset);
      return;
    }
    var conv = new Convolution(geometry);
    if (conv.depth() == 0 || geometry.outChannels() == 0) {
      return; // dw is empty
    }
    conv.forEachGroup(group -> conv.gradWeightGroup(group, x, xOffset, dy, dyOffset, dw, dwOffset));
  }

  private void forEachGroup(IntConsumer body) {
    if (spec.groups() >= Workers.threads()) {
      Workers.run(spec.groups(), body);
    } else {
      for (int group = 0; group < spec.groups(); group++) {
        body.accept(group);
      }
    }
  }

  private long groupWeight(long offset, int group) {
    return offset + (long) group * geometry.outPerGroup() * depth();
  }

  /** Weights per output channel. */
  private int depth() {
    return geometry.inPerGroup() * geometry.taps();
  }

  /** Whether the patches are the input itself. */
  private boolean isPointwise() {
    return geometry.taps() == 1
        && spec.strideH() == 1
        && spec.strideW() == 1
        && spec.padH() == 0
        && spec.padW() == 0;
  }

  private void forwardGroup(
      int group,
      MemorySegment x,
      long xOffset,
      MemorySegment w,
      long wOffset,
      TileEpilogue epilogue,
      MemorySegment y,
      long yOffset) {
    Planes input = Planes.input(geometry, x, xOffset, group);
    Planes output = Planes.output(geometry, y, yOffset, group);
    int channels = geometry.outPerGroup();
    new TiledProduct(
            channels,
            Math.multiplyExact(geometry.batch(), geometry.outPlane()),
            depth(),
            new MatrixRows(MatrixView.rowMajor(w, groupWeight(wOffset, group), depth()), 1),
            isPointwise()
                ? new PlaneMatrix(input, 0).pixelColumns()
                : Patches.forward(geometry, input, 0).columnSource(),
            0,
            OutputMap.planes(output),
            epilogue.fromRow((long) group * channels))
        .run();
  }

  private void gradInputPhase(
      int group,
      StridePhase phase,
      MemorySegment dy,
      long dyOffset,
      MemorySegment w,
      long wOffset,
      MemorySegment dx,
      long dxOffset) {
    Planes gradient = Planes.output(geometry, dy, dyOffset, group);
    Planes target = Planes.input(geometry, dx, dxOffset, group);
    try (Scratch scratch = Scratch.acquire()) {
      MatrixView weights = gatherTaps(w, groupWeight(wOffset, group), phase.taps(), scratch);
      new TiledProduct(
              geometry.inPerGroup(),
              Math.multiplyExact(geometry.batch(), phase.size()),
              geometry.outPerGroup() * phase.taps().length,
              new MatrixRows(weights, 1),
              isPointwise()
                  ? new PlaneMatrix(gradient, 0).pixelColumns()
                  : Patches.backward(geometry, gradient, phase).columnSource(),
              0,
              OutputMap.phase(target, phase, spec),
              TileEpilogue.NONE)
          .run();
    }
  }

  /** The matrix [input channel, (output channel, tap)] of some of a group's taps. */
  private MatrixView gatherTaps(MemorySegment w, long offset, int[] taps, Scratch scratch) {
    if (geometry.taps() == 1 && taps.length == 1) {
      return MatrixView.rowMajor(w, offset, depth()).transposed();
    }
    int depth = geometry.outPerGroup() * taps.length;
    MemorySegment gathered = scratch.work.floats((long) geometry.inPerGroup() * depth);
    for (int c = 0; c < geometry.inPerGroup(); c++) {
      long to = (long) c * depth;
      for (int o = 0; o < geometry.outPerGroup(); o++) {
        long from = offset + (long) o * depth() + (long) c * geometry.taps();
        for (int tap : taps) {
          float value = w.getAtIndex(ValueLayout.JAVA_FLOAT, from + tap);
          gathered.setAtIndex(ValueLayout.JAVA_FLOAT, to++, value);
        }
      }
    }
    return MatrixView.rowMajor(gathered, 0, depth);
  }

  private void gradWeightGroup(
      int group,
      MemorySegment x,
      long xOffset,
      MemorySegment dy,
      long dyOffset,
      MemorySegment dw,
      long dwOffset) {
    Planes input = Planes.input(geometry, x, xOffset, group);
    Planes gradient = Planes.output(geometry, dy, dyOffset, group);
    int pixels = Math.multiplyExact(geometry.batch(), geometry.outPlane());
    int parts = partialSums(pixels);
    int partPixels = Math.ceilDiv(pixels, parts);
    int rows = depth();
    int columns = geometry.outPerGroup();
    long size = (long) rows * columns;
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment sums = scratch.work.floats(parts * size);
      IntConsumer part =
          index -> {
            int first = index * partPixels;
            RowSource patches =
                isPointwise()
                    ? new PlaneMatrix(input, first).channelRows()
                    : Patches.forward(geometry, input, first).rowSource();
            new TiledProduct(
                    rows,
                    columns,
                    Math.clamp(pixels - first, 0, partPixels),
                    patches,
                    new PlaneMatrix(gradient, first).channelColumns(),
                    0,
                    OutputMap.plain(MatrixView.rowMajor(sums, index * size, columns), columns),
                    TileEpilogue.NONE)
                .run();
          };
      if (parts > 1) {
        Workers.run(parts, part);
      } else {
        part.accept(0);
      }
      addParts(sums, parts, size);
      long to = groupWeight(dwOffset, group) * Float.BYTES;
      long rowBytes = rows * (long) Float.BYTES;
      Packing.transpose(sums, 0, columns * (long) Float.BYTES, dw, to, rowBytes, rows, columns);
    }
  }

  /** As many as can keep threads busy where the weight is too small to be divided among them. */
  private int partialSums(int pixels) {
    int most = Math.clamp(pixels / MicroKernel.DEPTH, 1, 8);
    return Math.clamp(65_536L / ((long) depth() * geometry.outPerGroup()), 1, most);
  }

  private static void addParts(MemorySegment sums, int parts, long size) {
    for (int part = 1; part < parts; part++) {
      for (long i = 0; i < size; i++) {
        float sum = sums.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        float more = sums.getAtIndex(ValueLayout.JAVA_FLOAT, part * size + i);
        sums.setAtIndex(ValueLayout.JAVA_FLOAT, i, sum + more);
      }
    }
  }
}
