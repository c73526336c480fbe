package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Filters planes that follow each other, each with 3×3 kernels of its own: depthwise convolution
 * with strides of 1 or 2, and the gradient of its input.
 *
 * <p>As many planes as fit into a part of the first-level cache, or some lines of one, are copied
 * with their padding ({@link FilterLines}) and filtered there. Every sum runs over the taps in
 * order, whatever the place.
 */
final class PlaneFilter {
  /** What copied lines may take of the first-level cache. */
  private static final int CACHE_BYTES = 16 * 1024;

  /** Output lines that make up for the input lines that two bands share, if they fit at all. */
  private static final int WORTHWHILE_LINES = 8;

  /** Below this many multiply-adds waking other threads costs more than it saves. */
  private static final long PARALLEL_WORK = 1L << 18;

  /**
   * The extents of a plane.
   *
   * @param padH lines of zeros above it; negative if that many of its lines are left out
   * @param padW columns of zeros before it, likewise
   */
  record Extents(
      int height,
      int width,
      int outHeight,
      int outWidth,
      int strideH,
      int strideW,
      int dilationW,
      int padH,
      int padW) {
    /** Lines of the padded source that some lines of the output see. */
    int inLines(int outLines) {
      return (outLines - 1) * strideH + 3;
    }

    /** Lines of the output that some lines of the padded source suffice for. */
    int outLines(int inLines) {
      return inLines < 3 ? 0 : (inLines - 3) / strideH + 1;
    }
  }

  private final Extents extents;
  private final FilterLines lines;
  private final int channels;
  private final int multiplier;
  private final int bandLines;
  private final int planesTogether;

  private PlaneFilter(
      Extents extents, FilterLines lines, int channels, int multiplier, int bandLines) {
    this.extents = extents;
    this.lines = lines;
    this.channels = channels;
    this.multiplier = multiplier;
    this.bandLines = bandLines;
    long planeBytes = extents.inLines(bandLines) * (long) lines.lineBytes();
    long most = Math.min(CACHE_BYTES / planeBytes, mostFilters() / multiplier);
    this.planesTogether = bandLines < extents.outHeight() ? 1 : (int) Math.max(1, most);
  }

  /**
   * @return null where lines or filters do not fit into their places
   */
  private static PlaneFilter of(Extents extents, int channels, int multiplier) {
    FilterLines lines = FilterLines.of(extents);
    if (lines == null || multiplier > mostFilters()) {
      return null;
    }
    int fitting = extents.outLines((Panels.PANEL_BYTES - lines.lead()) / lines.lineBytes());
    int cached = extents.outLines(CACHE_BYTES / lines.lineBytes());
    int band = Math.min(fitting, Math.max(cached, WORTHWHILE_LINES));
    return band == 0
        ? null
        : new PlaneFilter(
            extents, lines, channels, multiplier, Math.min(band, extents.outHeight()));
  }

  /** Filters whose weights and biases are gathered at a time. */
  private static int mostFilters() {
    return Scratch.FILTER_FLOATS / (FilterLoop.TAPS + 1);
  }

  /**
   * Computes a depthwise convolution, if it is of the kind that this is for.
   *
   * @return whether it was
   */
  static boolean forward(
      ConvGeometry g,
      MemorySegment x,
      long xOffset,
      MemorySegment w,
      long wOffset,
      TileEpilogue epilogue,
      MemorySegment y,
      long yOffset) {
    if (!isFilter(g) || g.spec().strideH() > 2 || g.spec().strideW() > 2 || g.outPlane() == 0) {
      return false;
    }
    var extents =
        new Extents(
            g.height(),
            g.width(),
            g.outHeight(),
            g.outWidth(),
            g.spec().strideH(),
            g.spec().strideW(),
            g.spec().dilationW(),
            g.spec().padH(),
            g.spec().padW());
    PlaneFilter filter = of(extents, g.inChannels(), g.outPerGroup());
    if (filter == null) {
      return false;
    }
    filter.run(g.batch(), x, xOffset, w, wOffset, false, epilogue, y, yOffset);
    return true;
  }

  /**
   * Computes the gradient of a depthwise convolution's input, if it is of the kind that this is
   * for: with a stride of 1 it is the gradient of the output, filtered with the kernels turned
   * round.
   *
   * @return whether it was
   */
  static boolean gradInput(
      ConvGeometry g,
      MemorySegment dy,
      long dyOffset,
      MemorySegment w,
      long wOffset,
      MemorySegment dx,
      long dxOffset) {
    ConvSpec spec = g.spec();
    if (!isFilter(g)
        || spec.strideH() > 1
        || spec.strideW() > 1
        || g.outPerGroup() > 1
        || g.inPlane() == 0) {
      return false;
    }
    var extents =
        new Extents(
            g.outHeight(),
            g.outWidth(),
            g.height(),
            g.width(),
            1,
            1,
            spec.dilationW(),
            2 - spec.padH(),
            2 * spec.dilationW() - spec.padW());
    PlaneFilter filter = of(extents, g.inChannels(), 1);
    if (filter == null) {
      return false;
    }
    filter.run(g.batch(), dy, dyOffset, w, wOffset, true, TileEpilogue.NONE, dx, dxOffset);
    return true;
  }

  private static boolean isFilter(ConvGeometry g) {
    return g.kernelH() == 3 && g.kernelW() == 3 && g.spec().dilationH() == 1;
  }

  private void run(
      int images,
      MemorySegment source,
      long sourceOffset,
      MemorySegment w,
      long wOffset,
      boolean turned,
      TileEpilogue epilogue,
      MemorySegment out,
      long outOffset) {
    int planes = Math.multiplyExact(images, channels);
    int tasks = Math.ceilDiv(planes, planesTogether);
    long outPlane = extents.outHeight() * (long) extents.outWidth();
    IntConsumer body =
        task -> {
          int plane = task * planesTogether;
          int count = Math.min(planesTogether, planes - plane);
          long inPlane = extents.height() * (long) extents.width();
          long from = (sourceOffset + plane * inPlane) * Float.BYTES;
          long to = (outOffset + plane * (long) multiplier * outPlane) * Float.BYTES;
          try (Scratch scratch = Scratch.acquire()) {
            float[] filters = scratch.filters;
            gather(w, wOffset, turned, epilogue, plane, count, filters);
            filter(source, from, count, filters, epilogue.relu(), out, to);
          }
        };
    if (planes * outPlane * multiplier * FilterLoop.TAPS < PARALLEL_WORK) {
      for (int task = 0; task < tasks; task++) {
        body.accept(task);
      }
    } else {
      Workers.run(tasks, body);
    }
  }

  /** The weights of some planes' filters, and behind all of them the biases. */
  private void gather(
      MemorySegment w,
      long wOffset,
      boolean turned,
      TileEpilogue epilogue,
      int plane,
      int planes,
      float[] filters) {
    int total = planes * multiplier;
    for (int i = 0; i < planes; ) {
      int channel = (plane + i) % channels;
      int count = Math.min(planes - i, channels - channel) * multiplier;
      int first = channel * multiplier;
      int at = i * multiplier;
      long from = wOffset + first * (long) FilterLoop.TAPS;
      copy(w, from, filters, at * FilterLoop.TAPS, count * FilterLoop.TAPS);
      if (epilogue.rowBias() == null) {
        Arrays.fill(filters, total * FilterLoop.TAPS, total * (FilterLoop.TAPS + 1), 0);
      } else {
        long bias = epilogue.rowBiasOffset() + first;
        copy(epilogue.rowBias(), bias, filters, total * FilterLoop.TAPS + at, count);
      }
      i += count / multiplier;
    }
    if (turned) {
      for (int at = 0; at < total * FilterLoop.TAPS; at += FilterLoop.TAPS) {
        turn(filters, at);
      }
    }
  }

  private static void copy(MemorySegment from, long at, float[] to, int index, int count) {
    MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, at * Float.BYTES, to, index, count);
  }

  private static void turn(float[] filters, int at) {
    for (int i = at, j = at + FilterLoop.TAPS - 1; i < j; i++, j--) {
      float upper = filters[i];
      filters[i] = filters[j];
      filters[j] = upper;
    }
  }

  private void filter(
      MemorySegment source,
      long from,
      int planes,
      float[] filters,
      boolean relu,
      MemorySegment out,
      long to) {
    FilterLoop loop = FilterLoop.of(extents.strideH());
    int height = extents.outHeight();
    long lineBytes = extents.outWidth() * (long) Float.BYTES;
    int total = planes * multiplier;
    // one band of several planes, or several bands of one
    boolean whole = bandLines == height;
    int together = whole ? total : 1;
    int slot = Panels.acquire();
    try {
      for (int line = 0; line < height; line += bandLines) {
        int outLines = Math.min(bandLines, height - line);
        int inLines = extents.inLines(outLines);
        lines.fill(source, from, planes, line * extents.strideH(), inLines, slot);
        for (int i = 0; i < total; i += together) {
          long target = to + (i * (long) height + line) * lineBytes;
          long end = target + (whole ? total * (long) height : outLines) * lineBytes;
          loop.run(
              lines,
              slot,
              inLines,
              together,
              multiplier,
              filters,
              i * FilterLoop.TAPS,
              total * FilterLoop.TAPS + i,
              relu,
              out,
              target,
              outLines,
              extents.outWidth(),
              height * lineBytes,
              end);
        }
      }
    } finally {
      Panels.release(slot);
    }
  }
}
