package dev.espalier.tensor.cpu.vector;

import java.util.Arrays;

/**
 * For each line of a {@link DirectConvolution} the steps of a slice of depth that touch the input:
 * taps whose row of the input lies in the padding are left out. Lines that leave out the same taps
 * share a list, in which the steps are in the order of {@link TapColumns}.
 */
final class TapPlaces {
  /** More lists than this, and all lines share one with every tap. */
  private static final int MOST_LISTS = 8;

  private int[] listOfLine = {};
  private final int[] firstLine = new int[MOST_LISTS];
  private final int[][] places = new int[MOST_LISTS][0];
  private final int[][] bounds = new int[MOST_LISTS][0];

  /**
   * Lists the steps {@code k0 .. k0 + depth - 1}, whose input the buffer holds.
   *
   * @param window where in the slot the buffer's first float lies
   * @param step weights of one step of depth, which lie at the slot's begin
   */
  void list(
      Patches patches,
      TapColumns columns,
      PatchBuffer buffer,
      int k0,
      int depth,
      int window,
      int step) {
    int lists = assign(patches);
    for (int list = 0; list < lists; list++) {
      if (places[list].length < 2 * depth) {
        places[list] = new int[2 * depth];
      }
      if (bounds[list].length <= columns.count()) {
        bounds[list] = new int[columns.count() + 1];
      }
      int[] target = places[list];
      int count = 0;
      for (int column = 0; column < columns.count(); column++) {
        bounds[list][column] = count / 2;
        int[] taps = columns.taps(column);
        for (int first = k0 / patches.taps() * patches.taps();
            first < k0 + depth;
            first += patches.taps()) {
          for (int tap : taps) {
            int k = first + tap;
            if (k >= k0 && k < k0 + depth && touches(patches, firstLine[list], tap)) {
              target[count++] = window + (int) (buffer.rowOffset(k) / Float.BYTES);
              target[count++] = (k - k0) * step;
            }
          }
        }
      }
      bounds[list][columns.count()] = count / 2;
    }
  }

  /** Finds the list of each line; returns how many lists there are. */
  private int assign(Patches patches) {
    int height = patches.gridHeight();
    if (listOfLine.length < height) {
      listOfLine = new int[height];
    }
    int lists = 0;
    for (int line = 0; line < height; line++) {
      int same = 0;
      while (same < lists && !alike(patches, line, firstLine[same])) {
        same++;
      }
      if (same == MOST_LISTS) {
        Arrays.fill(listOfLine, 0, height, 0);
        firstLine[0] = -1;
        return 1;
      }
      if (same == lists) {
        firstLine[lists++] = line;
      }
      listOfLine[line] = same;
    }
    return lists;
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

  /** The list of line {@code line} of an image. */
  int listOf(int line) {
    return listOfLine[line];
  }

  int[] places(int list) {
    return places[list];
  }

  /** Where the steps of a column of taps begin in a list, and those of the one before it end. */
  int bound(int list, int column) {
    return bounds[list][column];
  }
}
