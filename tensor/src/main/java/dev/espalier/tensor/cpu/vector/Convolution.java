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
  /** Input channels below which the sums of a direct convolution cost more than its patches. */
  private static final int LEAST_INPUTS = 8;

  /** Output channels whose weights a task of {@link #tapMajor} transposes. */
  private static final int TAP_MAJOR_BLOCK = 32;

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
        group -> conv.gradInputGroup(group, phases, dy, dyOffset, w, wOffset, dx, dxOffset));
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
    conv.forEachGroup(
        group ->
            new WeightGradient(
                    geometry,
                    Planes.input(geometry, x, xOffset, group),
                    Planes.output(geometry, dy, dyOffset, group))
                .run(dw, conv.groupWeight(dwOffset, group)));
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
  static boolean isPointwise(ConvGeometry geometry) {
    ConvSpec spec = geometry.spec();
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
    MatrixView weights = MatrixView.rowMajor(w, groupWeight(wOffset, group), depth());
    TileEpilogue finish = epilogue.fromRow((long) group * channels);
    OutputMap target = OutputMap.planes(output);
    boolean pointwise = isPointwise(geometry);
    Patches patches = pointwise ? null : Patches.forward(geometry, input, 0);
    if (!pointwise && geometry.inPerGroup() >= LEAST_INPUTS) {
      LaneWeights lanes = LaneWeights.rows(weights);
      var direct = new DirectConvolution(patches, depth(), channels, lanes, target, finish);
      if (direct.pays()) {
        direct.run();
        return;
      }
    }
    new TiledProduct(
            channels,
            Math.multiplyExact(geometry.batch(), geometry.outPlane()),
            depth(),
            new MatrixRows(weights, 1),
            pointwise ? new PlaneMatrix(input, 0).pixelColumns() : patches.columnSource(),
            0,
            target,
            finish)
        .run();
  }

  private void gradInputGroup(
      int group,
      List<StridePhase> phases,
      MemorySegment dy,
      long dyOffset,
      MemorySegment w,
      long wOffset,
      MemorySegment dx,
      long dxOffset) {
    Planes gradient = Planes.output(geometry, dy, dyOffset, group);
    Planes target = Planes.input(geometry, dx, dxOffset, group);
    long weight = groupWeight(wOffset, group);
    try (Scratch scratch = Scratch.acquire()) {
      MatrixView tapMajor = null;
      for (StridePhase phase : phases) {
        if (isDirect(phase, gradient, target)) {
          if (tapMajor == null && phases.size() > 1) {
            tapMajor = tapMajor(w, weight, scratch);
          }
          direct(phase, gradient, laneWeights(w, weight, phase, tapMajor), target).run();
        } else {
          tiled(phase, gradient, w, weight, target);
        }
      }
    }
  }

  private boolean isDirect(StridePhase phase, Planes gradient, Planes target) {
    return phase.taps().length > 0
        && !isPointwise(geometry)
        && direct(phase, gradient, null, target).pays();
  }

  private DirectConvolution direct(
      StridePhase phase, Planes gradient, LaneWeights weights, Planes target) {
    return new DirectConvolution(
        Patches.backward(gradient, phase),
        geometry.outPerGroup() * phase.taps().length,
        geometry.inPerGroup(),
        weights,
        OutputMap.phase(target, phase, spec),
        TileEpilogue.NONE);
  }

  private LaneWeights laneWeights(
      MemorySegment w, long offset, StridePhase phase, MatrixView tapMajor) {
    return tapMajor == null
        ? LaneWeights.backward(w, offset, geometry.inPerGroup(), geometry.taps())
        : LaneWeights.backward(tapMajor, geometry.taps(), phase.taps());
  }

  /** The weight of a group as [(output channel, tap), input channel]. */
  private MatrixView tapMajor(MemorySegment w, long offset, Scratch scratch) {
    int channels = geometry.inPerGroup();
    int outs = geometry.outPerGroup();
    long size = (long) depth() * outs;
    MemorySegment target = scratch.work.floats(size);
    int blocks = Math.ceilDiv(outs, TAP_MAJOR_BLOCK);
    Workers.run(
        blocks,
        block -> {
          int end = Math.min(outs, (block + 1) * TAP_MAJOR_BLOCK);
          for (int o = block * TAP_MAJOR_BLOCK; o < end; o++) {
            long at = o * (long) depth() * Float.BYTES;
            boolean room = (o + 1) * geometry.taps() + LaneWeights.EXCESS <= end * geometry.taps();
            TapTranspose.run(
                w,
                offset * Float.BYTES + at,
                target,
                at,
                channels * (long) Float.BYTES,
                channels,
                geometry.taps(),
                room);
          }
        });
    return MatrixView.rowMajor(target, 0, channels);
  }

  private void tiled(
      StridePhase phase, Planes gradient, MemorySegment w, long weight, Planes target) {
    try (Scratch scratch = Scratch.acquire()) {
      MatrixView weights = gatherTaps(w, weight, phase.taps(), scratch);
      new TiledProduct(
              geometry.inPerGroup(),
              Math.multiplyExact(geometry.batch(), phase.size()),
              geometry.outPerGroup() * phase.taps().length,
              new MatrixRows(weights, 1),
              isPointwise(geometry)
                  ? new PlaneMatrix(gradient, 0).pixelColumns()
                  : Patches.backward(gradient, phase).columnSource(),
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
}
