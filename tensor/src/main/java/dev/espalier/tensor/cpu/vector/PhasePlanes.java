package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.PoolSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * One padded plane of a pooling input, its columns sorted by their remainder modulo the stride, so
 * that one position of the window under neighbouring outputs is one contiguous vector whatever the
 * stride.
 *
 * <p>Row h of the padded plane is {@code strideW} phases of {@code pitch} floats; column w of it is
 * element {@code w / strideW} of phase {@code w % strideW}.
 */
final class PhasePlanes {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(Lanes.FLOATS, 0);
  private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(Lanes.FLOATS, 1);
  private static final ThreadLocal<MemorySegment> OWN =
      ThreadLocal.withInitial(() -> MemorySegment.NULL);

  private final PoolSpec spec;
  private final int height;
  private final int width;
  private final int pitch;
  private final MemorySegment data;

  /**
   * @param outWidth columns of the output; vectors may run up to one vector past its end
   * @param padding what the padding and the columns past the end hold
   */
  PhasePlanes(PoolSpec spec, int height, int width, int outWidth, float padding) {
    this.spec = spec;
    this.height = height;
    this.width = width;
    int reach = (spec.kernelW() - 1) / spec.strideW();
    this.pitch = (outWidth + reach + 2 * Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;
    long floats = (long) (height + 2 * spec.padH()) * spec.strideW() * pitch;
    this.data = own(floats * Float.BYTES);
    VectorFill.floats(data, 0, floats, padding);
  }

  private static MemorySegment own(long bytes) {
    MemorySegment segment = OWN.get();
    if (segment.byteSize() < bytes) {
      segment = Arena.ofAuto().allocate(bytes, 64);
      OWN.set(segment);
    }
    return segment;
  }

  MemorySegment data() {
    return data;
  }

  /**
   * Where the vectors of window position (kernelRow, kernelColumn) of output row {@code outRow}
   * start, in bytes.
   */
  long offset(int outRow, int kernelRow, int kernelColumn) {
    long row = (long) outRow * spec.strideH() + kernelRow;
    long phase = row * spec.strideW() + kernelColumn % spec.strideW();
    return (phase * pitch + kernelColumn / spec.strideW()) * Float.BYTES;
  }

  /** Takes in a plane; the padding stays. */
  void load(MemorySegment x, long offset) {
    int stride = spec.strideW();
    for (int h = 0; h < height; h++) {
      long row = offset + (long) h * width * Float.BYTES;
      long to = (long) (h + spec.padH()) * stride * pitch;
      if (stride == 1) {
        MemorySegment.copy(
            x, row, data, (to + spec.padW()) * Float.BYTES, (long) width * Float.BYTES);
      } else {
        loadRow(x, row, to, stride == 2 && spec.padW() == 0 ? loadPairs(x, row, to) : 0);
      }
    }
  }

  /**
   * Stride 2: separates even from odd columns, two vectors at a time; returns how many columns it
   * took.
   */
  private int loadPairs(MemorySegment x, long row, long to) {
    long even = to * Float.BYTES;
    long odd = even + (long) pitch * Float.BYTES;
    int taken = 0;
    for (; taken <= width - 2 * Lanes.COUNT; taken += 2 * Lanes.COUNT) {
      long at = row + (long) taken * Float.BYTES;
      FloatVector low = FloatVector.fromMemorySegment(Lanes.FLOATS, x, at, Lanes.ORDER);
      FloatVector high =
          FloatVector.fromMemorySegment(Lanes.FLOATS, x, at + Lanes.BYTES, Lanes.ORDER);
      long half = (long) taken / 2 * Float.BYTES;
      low.rearrange(EVEN, high).intoMemorySegment(data, even + half, Lanes.ORDER);
      low.rearrange(ODD, high).intoMemorySegment(data, odd + half, Lanes.ORDER);
    }
    return taken;
  }

  /** From column {@code start} on, a multiple of the stride. */
  private void loadRow(MemorySegment x, long row, long to, int start) {
    int stride = spec.strideW();
    for (int phase = 0; phase < stride; phase++) {
      int first =
          start + Math.floorMod(phase - spec.padW(), stride); // of the real columns of this phase
      long at = (to + (long) phase * pitch + (first + spec.padW()) / stride) * Float.BYTES;
      for (int w = first; w < width; w += stride) {
        data.set(FLOAT, at, x.get(FLOAT, row + (long) w * Float.BYTES));
        at += Float.BYTES;
      }
    }
  }
}
