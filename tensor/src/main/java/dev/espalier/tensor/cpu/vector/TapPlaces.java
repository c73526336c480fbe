package dev.espalier.tensor.cpu.vector;

import java.util.Arrays;

/**
 * For each line of a {@link DirectConvolution} the steps of depth that touch the input: taps whose
 * row of the input lies in the padding are left out. Lines that leave out the same taps share a
 * list.
 */
final class TapPlaces {
  /** More lists than this, and all lines share one with every tap. */
  private static final int MOST_LISTS = 8;

  private int[] listOfLine = {};
  private final int[] firstLine = new int[MOST_LISTS];
  private final int[][] places = new int[MOST_LISTS][0];
  private final int[][] bounds = new int[MOST_LISTS][0];
  private int lists;
  private int slices;

  /**
   * Lists the steps that the window in {@code buffer} holds, cut into slices.
   *
   * @param window where in the slot the window lies, in bytes
   * @param step weights of one step of depth, in bytes; those of a slice lie at the slot's begin
   */
  void list(Patches patches, PatchBuffer buffer, int depth, int slice, int window, int step) {
    int height = patches.gridHeight();
    slices = Math.ceilDiv(depth, slice);
    if (listOfLine.length < height) {
      listOfLine = new int[height];
    }
    lists = 0;
    for (int line = 0; line < height && lists <= MOST_LISTS; line++) {
      int same = 0;
      while (same < lists && !alike(patches, line, firstLine[same])) {
        same++;
      }
      if (same == lists) {
        if (lists < MOST_LISTS) {
          firstLine[lists] = line;
        }
        lists++;
      }
      listOfLine[line] = same;
    }
    if (lists > MOST_LISTS) {
      Arrays.fill(listOfLine, 0, height, 0);
      lists = 1;
      firstLine[0] = -1;
    }
    for (int list = 0; list < lists; list++) {
      fill(list, patches, firstLine[list], buffer, depth, slice, window, step);
    }
  }

  private static boolean alike(Patches patches, int line, int other) {
    for (int tap = 0; tap < patches.taps(); tap++) {
      if (touches(patches, line, tap) != touches(patches, other, tap)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a tap of a line lies in the input; a negative line stands for all. */
  private static boolean touches(Patches patches, int line, int tap) {
    int row = line * patches.strideH() + patches.tapRows()[tap];
    return line < 0 || (row >= 0 && row < patches.input().height());
  }

  private void fill(
      int list,
      Patches patches,
      int line,
      PatchBuffer buffer,
      int depth,
      int slice,
      int window,
      int step) {
    if (places[list].length < 2 * depth) {
      places[list] = new int[2 * depth];
    }
    if (bounds[list].length <= slices) {
      bounds[list] = new int[slices + 1];
    }
    int[] target = places[list];
    int count = 0;
    for (int k = 0; k < depth; k++) {
      if (k % slice == 0) {
        bounds[list][k / slice] = count / 2;
      }
      if (touches(patches, line, k % patches.taps())) {
        target[count++] = window + (int) buffer.rowOffset(k);
        target[count++] = k % slice * step;
      }
    }
    bounds[list][slices] = count / 2;
  }

  /** The list of line {@code line} of an image. */
  int listOf(int line) {
    return listOfLine[line];
  }

  int[] places(int list) {
    return places[list];
  }

  /** Where a slice begins in a list, and the one before it ends. */
  int bound(int list, int slice) {
    return bounds[list][slice];
  }
}
