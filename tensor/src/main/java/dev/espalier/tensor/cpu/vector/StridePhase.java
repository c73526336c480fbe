package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The input pixels of a convolution at one position within the stride: every strideH-th line from
 * {@code top} and every strideW-th column from {@code left} on.
 *
 * <p>Only some taps carry such a pixel to an output pixel, and all its neighbours in the phase
 * through the same ones: so the gradient of a strided convolution is, phase by phase, a convolution
 * with stride 1 by a part of the kernel, and no zero is multiplied.
 *
 * @param height lines of the phase
 * @param width columns of the phase
 * @param taps those that reach an output pixel, in ascending order; may be none
 * @param tapRows for each of them the output row that it carries the first line to
 * @param tapColumns for each of them the output column that it carries the first column to
 */
record StridePhase(
    int top, int left, int height, int width, int[] taps, int[] tapRows, int[] tapColumns) {

  /** The phases that have pixels. */
  static List<StridePhase> of(ConvGeometry g) {
    return ConvTable.of(g).phases();
  }

  /** {@link #of}, made anew. */
  static List<StridePhase> all(ConvGeometry g) {
    var phases = new ArrayList<StridePhase>();
    int strideH = g.spec().strideH();
    int strideW = g.spec().strideW();
    for (int top = 0; top < Math.min(strideH, g.height()); top++) {
      for (int left = 0; left < Math.min(strideW, g.width()); left++) {
        int height = Math.ceilDiv(g.height() - top, strideH);
        int width = Math.ceilDiv(g.width() - left, strideW);
        phases.add(of(g, top, left, height, width));
      }
    }
    return List.copyOf(phases);
  }

  private static StridePhase of(ConvGeometry g, int top, int left, int height, int width) {
    int[] taps = tapsReaching(g, top, left);
    int[] rows = new int[taps.length];
    int[] columns = new int[taps.length];
    for (int i = 0; i < taps.length; i++) {
      rows[i] = (top - g.rowOffset(taps[i] / g.kernelW())) / g.spec().strideH();
      columns[i] = (left - g.columnOffset(taps[i] % g.kernelW())) / g.spec().strideW();
    }
    return new StridePhase(top, left, height, width, taps, rows, columns);
  }

  private static int[] tapsReaching(ConvGeometry g, int top, int left) {
    int[] taps = new int[g.taps()];
    int count = 0;
    for (int tap = 0; tap < taps.length; tap++) {
      int y = top - g.rowOffset(tap / g.kernelW());
      int x = left - g.columnOffset(tap % g.kernelW());
      if (y % g.spec().strideH() == 0 && x % g.spec().strideW() == 0) {
        taps[count++] = tap;
      }
    }
    return Arrays.copyOf(taps, count);
  }

  int size() {
    return height * width;
  }
}
