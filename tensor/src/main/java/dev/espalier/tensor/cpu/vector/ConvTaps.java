package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The pattern of a sparse convolution weight as its products walk it, kept with the pattern: the
 * columns are rows of {@link Patches}, (channel, tap).
 */
final class ConvTaps {
  /** What was made for some taps of a convolution of some groups. */
  private record Known(int groups, int[] taps, TapColumns columns) {}

  private static final int[] FORWARD = {-1};

  private final SparsePattern pattern;
  private final List<Known> known = new CopyOnWriteArrayList<>();

  private ConvTaps(SparsePattern pattern) {
    this.pattern = pattern;
  }

  /**
   * A pattern and where its values lie.
   *
   * @param order for each entry the position of its value, null if that is p
   */
  record TapColumns(BlockColumns columns, int[] order) {}

  static ConvTaps of(SparsePattern pattern) {
    ConvTaps known = pattern.derived().find(ConvTaps.class);
    return known == null
        ? pattern.derived().get(ConvTaps.class, () -> new ConvTaps(pattern))
        : known;
  }

  private TapColumns find(int groups, int[] taps) {
    for (int i = 0; i < known.size(); i++) {
      Known one = known.get(i);
      if (one.groups == groups && Arrays.equals(one.taps, taps)) {
        return one.columns;
      }
    }
    return null;
  }

  private TapColumns keep(int groups, int[] taps, TapColumns columns) {
    known.add(new Known(groups, taps, columns));
    return columns;
  }

  /** Rows are output channels, columns the patches of the input. */
  TapColumns forward(Shape weight, int groups) {
    TapColumns there = find(groups, FORWARD);
    return there == null ? keep(groups, FORWARD, makeForward(weight, groups)) : there;
  }

  /** Rows that share their columns do so within a group of the convolution. */
  private TapColumns makeForward(Shape weight, int groups) {
    BlockColumns blocks = BlockColumns.of(pattern);
    int perGroup = weight.dim(0) / groups;
    return perGroup % blocks.blockHeight() == 0
        ? new TapColumns(inGroups(blocks, perGroup, groups), null)
        : takeApart(weight, groups);
  }

  private TapColumns takeApart(Shape weight, int groups) {
    BlockColumns elements = BlockColumns.of(pattern.elements());
    return new TapColumns(
        inGroups(elements, weight.dim(0) / groups, groups), pattern.elementOrder());
  }

  /** The columns counted through the patches of all groups. */
  private static BlockColumns inGroups(BlockColumns blocks, int perGroup, int groups) {
    if (groups == 1) {
      return blocks;
    }
    int[] columns = blocks.columns().clone();
    for (int blockRow = 0; blockRow < blocks.blockRows(); blockRow++) {
      int shift = blockRow * blocks.blockHeight() / perGroup * blocks.width();
      int end = blocks.rowOffsets()[blockRow + 1] * blocks.blockWidth();
      for (int e = blocks.rowOffsets()[blockRow] * blocks.blockWidth(); e < end; e++) {
        columns[e] += shift;
      }
    }
    return blocks.withColumns(columns, Math.multiplyExact(blocks.width(), groups));
  }

  /**
   * Rows are input channels, columns the patches of the output's gradient through some of the taps.
   */
  TapColumns backward(Shape weight, int groups, int[] taps) {
    TapColumns there = find(groups, taps);
    return there == null ? keep(groups, taps, makeBackward(weight, groups, taps)) : there;
  }

  private TapColumns makeBackward(Shape weight, int groups, int[] taps) {
    CsrPattern elements = pattern.elements();
    int[] order = pattern.elementOrder();
    int all = weight.dim(2) * weight.dim(3);
    int[] place = new int[all];
    Arrays.fill(place, -1);
    for (int i = 0; i < taps.length; i++) {
      place[taps[i]] = i;
    }
    int perGroup = weight.dim(0) / groups;
    int channels = weight.dim(1) * groups;
    int[] offsets = new int[channels + 1];
    int[] columns = {};
    int[] values = {};
    int[] next = {};
    for (int pass = 0; pass < 2; pass++) {
      for (int o = 0; o < elements.rows(); o++) {
        for (int p = elements.rowOffsets()[o]; p < elements.rowOffsets()[o + 1]; p++) {
          int column = elements.columnIndices()[p];
          int tap = place[column % all];
          int channel = o / perGroup * weight.dim(1) + column / all;
          if (tap >= 0 && pass == 0) {
            offsets[channel + 1]++;
          } else if (tap >= 0) {
            int at = next[channel]++;
            columns[at] = o * taps.length + tap;
            values[at] = order == null ? p : order[p];
          }
        }
      }
      if (pass == 0) {
        for (int channel = 0; channel < channels; channel++) {
          offsets[channel + 1] += offsets[channel];
        }
        next = offsets.clone();
        columns = new int[offsets[channels]];
        values = new int[columns.length];
      }
    }
    int width = Math.multiplyExact(weight.dim(0), taps.length);
    return new TapColumns(BlockColumns.ofRows(offsets, columns, width), values);
  }
}
