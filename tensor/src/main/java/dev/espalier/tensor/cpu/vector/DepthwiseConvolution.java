package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Convolution with one input channel per group, and its gradients: too little work per input for a
 * matrix product, so shifted planes are combined directly.
 *
 * <p>A band of lines is copied with its padding ({@link PatchBuffer}); there the pixels of all its
 * lines are one run of floats and every tap is a shift of it. Columns of padding are computed as
 * well and dropped.
 */
final class DepthwiseConvolution {
  /** Floats of a band: with its result it stays in the first-level cache. */
  private static final int BAND = 4096;

  private final ConvGeometry geometry;
  private final int multiplier;

  private DepthwiseConvolution(ConvGeometry geometry) {
    this.geometry = geometry;
    this.multiplier = geometry.outPerGroup();
  }

  static boolean handles(ConvGeometry geometry) {
    return geometry.spec().groups() > 1 && geometry.inPerGroup() == 1;
  }

  static void forward(
      ConvGeometry geometry,
      MemorySegment x,
      long xOffset,
      MemorySegment w,
      long wOffset,
      TileEpilogue epilogue,
      MemorySegment y,
      long yOffset) {
    if (PlaneFilter.forward(geometry, x, xOffset, w, wOffset, epilogue, y, yOffset)) {
      return;
    }
    var conv = new DepthwiseConvolution(geometry);
    Workers.run(
        geometry.inChannels(),
        channel -> {
          Planes input = Planes.input(geometry, x, xOffset, channel);
          Planes output = Planes.output(geometry, y, yOffset, channel);
          conv.forwardChannel(
              channel, Patches.forward(geometry, input, 0), w, wOffset, epilogue, output);
        });
  }

  private void forwardChannel(
      int channel,
      Patches patches,
      MemorySegment w,
      long wOffset,
      TileEpilogue epilogue,
      Planes y) {
    int taps = geometry.taps();
    float[] weights = new float[multiplier * taps];
    read(w, wOffset + (long) channel * weights.length, weights);
    try (Scratch scratch = Scratch.acquire()) {
      forEachBand(
          patches,
          taps,
          scratch,
          (image, line, lines) -> {
            for (int m = 0; m < multiplier; m++) {
              float bias = epilogue.rowBias((long) channel * multiplier + m);
              MemorySegment sums = weightedSum(scratch, weights, m * taps, taps, bias, lines);
              if (epilogue.relu()) {
                clamp(sums, lines * (long) scratch.patches.pitch());
              }
              copyLines(sums, scratch.patches.pitch(), y, image, m, line, lines);
            }
          });
    }
  }

  static void gradInput(
      ConvGeometry geometry,
      MemorySegment dy,
      long dyOffset,
      MemorySegment w,
      long wOffset,
      MemorySegment dx,
      long dxOffset) {
    if (PlaneFilter.gradInput(geometry, dy, dyOffset, w, wOffset, dx, dxOffset)) {
      return;
    }
    var conv = new DepthwiseConvolution(geometry);
    List<StridePhase> phases = StridePhase.of(geometry);
    Workers.run(
        geometry.inChannels(),
        channel -> {
          Planes gradient = Planes.output(geometry, dy, dyOffset, channel);
          Planes target = Planes.input(geometry, dx, dxOffset, channel);
          for (StridePhase phase : phases) {
            conv.gradInputPhase(channel, phase, gradient, w, wOffset, target);
          }
        });
  }

  private void gradInputPhase(
      int channel, StridePhase phase, Planes gradient, MemorySegment w, long wOffset, Planes dx) {
    int[] taps = phase.taps();
    float[] weights = new float[multiplier * taps.length];
    for (int i = 0; i < weights.length; i++) {
      long row = (long) channel * multiplier + i / taps.length;
      long at = wOffset + row * geometry.taps() + taps[i % taps.length];
      weights[i] = w.getAtIndex(ValueLayout.JAVA_FLOAT, at);
    }
    OutputMap target = OutputMap.phase(dx, phase, geometry.spec());
    Patches patches = Patches.backward(gradient, phase);
    try (Scratch scratch = Scratch.acquire()) {
      forEachBand(
          patches,
          weights.length,
          scratch,
          (image, line, lines) -> {
            MemorySegment sums = weightedSum(scratch, weights, 0, weights.length, 0, lines);
            for (int i = 0; i < lines; i++) {
              int pixel = (image * phase.height() + line + i) * phase.width();
              long from = i * (long) scratch.patches.pitch() * Float.BYTES;
              long to = target.byteOffset(0, pixel);
              long step = target.columnStride();
              Packing.copyStrided(sums, from, 1, dx.data(), to, step, phase.width());
            }
          });
    }
  }

  static void gradWeight(
      ConvGeometry geometry,
      MemorySegment x,
      long xOffset,
      MemorySegment dy,
      long dyOffset,
      MemorySegment dw,
      long dwOffset) {
    var conv = new DepthwiseConvolution(geometry);
    Workers.run(
        geometry.inChannels(),
        channel -> {
          Planes input = Planes.input(geometry, x, xOffset, channel);
          Planes gradient = Planes.output(geometry, dy, dyOffset, channel);
          conv.gradWeightChannel(
              channel, Patches.forward(geometry, input, 0), gradient, dw, dwOffset);
        });
  }

  private void gradWeightChannel(
      int channel, Patches patches, Planes dy, MemorySegment dw, long dwOffset) {
    int taps = geometry.taps();
    try (Scratch scratch = Scratch.acquire();
        Scratch sums = Scratch.acquire()) {
      long size = (long) multiplier * (taps + DOT_TAPS) * Lanes.COUNT;
      MemorySegment partials = sums.work.floats(size);
      partials.asSlice(0, size * Float.BYTES).fill((byte) 0);
      forEachBand(
          patches,
          taps,
          scratch,
          (image, line, lines) -> {
            for (int m = 0; m < multiplier; m++) {
              MemorySegment gradient = paddedLines(dy, image, m, line, lines, scratch);
              long at = (long) m * (taps + DOT_TAPS) * Lanes.BYTES;
              long length = lines * (long) scratch.patches.pitch();
              for (int tap = 0; tap < taps; tap += DOT_TAPS) {
                dotTaps(scratch.patches, tap, taps, gradient, length, partials, at);
              }
            }
          });
      for (int i = 0; i < multiplier * taps; i++) {
        long at = ((long) (i / taps) * (taps + DOT_TAPS) + i % taps) * Lanes.BYTES;
        float sum =
            Lanes.sum(FloatVector.fromMemorySegment(Lanes.FLOATS, partials, at, Lanes.ORDER));
        long to = dwOffset + (long) channel * multiplier * taps + i;
        dw.setAtIndex(ValueLayout.JAVA_FLOAT, to, sum);
      }
    }
  }

  /** Some lines of one image whose input lies in the scratch's patch buffer. */
  private interface Band {
    void accept(int image, int line, int lines);
  }

  private static void forEachBand(Patches patches, int rows, Scratch scratch, Band body) {
    int height = patches.gridHeight();
    int width = patches.gridWidth();
    int most = Math.clamp(BAND / Math.max(width, 1), 1, Math.max(height, 1));
    for (int image = 0; image < patches.input().images(); image++) {
      for (int line = 0; line < height; line += most) {
        int lines = Math.min(most, height - line);
        int pixel = (image * height + line) * width;
        if (width > 0) {
          scratch.patches.fill(patches, 0, rows, pixel, lines * width);
          body.accept(image, line, lines);
        }
      }
    }
  }

  private static void read(MemorySegment source, long offset, float[] target) {
    MemorySegment.copy(
        source, ValueLayout.JAVA_FLOAT, offset * Float.BYTES, target, 0, target.length);
  }

  /** {@code start + Σ_t weights[t] · (the band as row t sees it)}, four vectors at a time. */
  private static MemorySegment weightedSum(
      Scratch scratch, float[] weights, int firstWeight, int taps, float start, int lines) {
    PatchBuffer buffer = scratch.patches;
    MemorySegment data = buffer.data();
    int length = lines * buffer.pitch();
    MemorySegment sums = scratch.work.floats(length + 4L * Lanes.COUNT);
    for (int i = 0; i < length; i += 4 * Lanes.COUNT) {
      long at = i * (long) Float.BYTES;
      FloatVector s0 = FloatVector.broadcast(Lanes.FLOATS, start);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int t = 0; t < taps; t++) {
        FloatVector w = FloatVector.broadcast(Lanes.FLOATS, weights[firstWeight + t]);
        long from = at + buffer.rowOffset(t);
        s0 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, from, Lanes.ORDER).fma(w, s0);
        from += Lanes.BYTES;
        s1 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, from, Lanes.ORDER).fma(w, s1);
        from += Lanes.BYTES;
        s2 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, from, Lanes.ORDER).fma(w, s2);
        from += Lanes.BYTES;
        s3 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, from, Lanes.ORDER).fma(w, s3);
      }
      s0.intoMemorySegment(sums, at, Lanes.ORDER);
      s1.intoMemorySegment(sums, at + Lanes.BYTES, Lanes.ORDER);
      s2.intoMemorySegment(sums, at + 2 * Lanes.BYTES, Lanes.ORDER);
      s3.intoMemorySegment(sums, at + 3 * Lanes.BYTES, Lanes.ORDER);
    }
    return sums;
  }

  private static void clamp(MemorySegment sums, long length) {
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    for (long i = 0; i < length; i += Lanes.COUNT) {
      long at = i * Float.BYTES;
      FloatVector.fromMemorySegment(Lanes.FLOATS, sums, at, Lanes.ORDER)
          .max(zero)
          .intoMemorySegment(sums, at, Lanes.ORDER);
    }
  }

  private static void copyLines(
      MemorySegment sums, int pitch, Planes y, int image, int channel, int line, int lines) {
    long to = y.byteOffset(image, channel) + line * (long) y.width() * Float.BYTES;
    Packing.copyRows(
        sums,
        0,
        pitch * (long) Float.BYTES,
        y.data(),
        to,
        y.width() * (long) Float.BYTES,
        lines,
        y.width());
  }

  /** Lines of dy, as far apart as those of the patch buffer, with zeros between and behind them. */
  private static MemorySegment paddedLines(
      Planes dy, int image, int channel, int line, int lines, Scratch scratch) {
    int pitch = scratch.patches.pitch();
    long length = lines * (long) pitch + Lanes.COUNT;
    MemorySegment padded = scratch.work.floats(length);
    padded.asSlice(0, length * Float.BYTES).fill((byte) 0);
    long from = dy.byteOffset(image, channel) + line * (long) dy.width() * Float.BYTES;
    long lineBytes = dy.width() * (long) Float.BYTES;
    Packing.copyRows(
        dy.data(), from, lineBytes, padded, 0, pitch * (long) Float.BYTES, lines, dy.width());
    return padded;
  }

  /** Taps whose dot products {@link #dotTaps} forms at a time. */
  private static final int DOT_TAPS = 4;

  /** Adds to the partial sums of taps {@code tap ..} their products over the band. */
  private static void dotTaps(
      PatchBuffer buffer,
      int tap,
      int taps,
      MemorySegment gradient,
      long length,
      MemorySegment partials,
      long firstPartial) {
    MemorySegment data = buffer.data();
    long x0 = buffer.rowOffset(tap);
    long x1 = buffer.rowOffset(Math.min(tap + 1, taps - 1));
    long x2 = buffer.rowOffset(Math.min(tap + 2, taps - 1));
    long x3 = buffer.rowOffset(Math.min(tap + 3, taps - 1));
    long p0 = firstPartial + tap * Lanes.BYTES;
    long p1 = p0 + Lanes.BYTES;
    long p2 = p1 + Lanes.BYTES;
    long p3 = p2 + Lanes.BYTES;
    FloatVector s0 = FloatVector.fromMemorySegment(Lanes.FLOATS, partials, p0, Lanes.ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(Lanes.FLOATS, partials, p1, Lanes.ORDER);
    FloatVector s2 = FloatVector.fromMemorySegment(Lanes.FLOATS, partials, p2, Lanes.ORDER);
    FloatVector s3 = FloatVector.fromMemorySegment(Lanes.FLOATS, partials, p3, Lanes.ORDER);
    long end = length * Float.BYTES;
    for (long at = 0; at < end; at += Lanes.BYTES) {
      FloatVector g = FloatVector.fromMemorySegment(Lanes.FLOATS, gradient, at, Lanes.ORDER);
      s0 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, x0 + at, Lanes.ORDER).fma(g, s0);
      s1 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, x1 + at, Lanes.ORDER).fma(g, s1);
      s2 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, x2 + at, Lanes.ORDER).fma(g, s2);
      s3 = FloatVector.fromMemorySegment(Lanes.FLOATS, data, x3 + at, Lanes.ORDER).fma(g, s3);
    }
    s0.intoMemorySegment(partials, p0, Lanes.ORDER);
    s1.intoMemorySegment(partials, p1, Lanes.ORDER);
    s2.intoMemorySegment(partials, p2, Lanes.ORDER);
    s3.intoMemorySegment(partials, p3, Lanes.ORDER);
  }
}
