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
 */
record StridePhase(int top, int left, int height, int width, int[] taps) {

  /** The phases that have pixels. */
  static List<StridePhase> of(ConvGeometry g) {
    var phases = new ArrayList<StridePhase>();
    int strideH = g.spec().strideH();
    int strideW = g.spec().strideW();
    for (int top = 0; top < Math.min(strideH, g.height()); top++) {
      for (int left = 0; left < Math.min(strideW, g.width()); left++) {
        int height = Math.ceilDiv(g.height() - top, strideH);
        int width = Math.ceilDiv(g.width() - left, strideW);
        phases.add(new StridePhase(top, left, height, width, tapsReaching(g, top, left)));
      }
    }
    return phases;
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
