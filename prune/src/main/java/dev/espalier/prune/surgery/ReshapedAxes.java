package dev.espalier.prune.surgery;

import dev.espalier.tensor.Shape;
import java.util.Optional;

/**
 * How channels lie after a reshape: the axes of both shapes fall into blocks of equal size, and
 * inside a block a channel keeps its elements, counted row by row.
 *
 * <p>An axis that is split ties its channels together until each covers whole positions of the axis
 * that carries them on. That must be the axis whose extent is inferred ({@code -1}): any other has
 * its extent written in the model's code, where surgery cannot change it.
 */
final class ReshapedAxes {
  private final ChannelLabels channels;
  private final Layout from;
  private final int[] in;
  private final int[] out;
  private final int inferred;
  private Layout to;
  private String refusal;

  private ReshapedAxes(ChannelLabels channels, Layout from, Shape in, Shape out, int inferred) {
    this.channels = channels;
    this.from = from;
    this.in = in.toArray();
    this.out = out.toArray();
    this.inferred = inferred;
    this.to = Layout.none(out.rank());
  }

  /**
   * @param layout of the result
   * @param refusal why some channels could not be followed; they are no channels of the result
   * @param lost the axes of the operand whose channels could not be followed
   */
  record Result(Layout layout, Optional<String> refusal, boolean[] lost) {}

  /**
   * @param inferred the axis of the result that takes what the others leave, or -1 for none
   */
  static Result of(ChannelLabels channels, Layout from, Shape in, Shape out, int inferred) {
    var reshaped = new ReshapedAxes(channels, from, in, out, inferred);
    boolean[] lost = new boolean[in.rank()];
    int i = 0;
    int j = 0;
    while (i < reshaped.in.length || j < reshaped.out.length) {
      int firstIn = i;
      int firstOut = j;
      long left = i < reshaped.in.length ? reshaped.in[i++] : 1;
      long right = j < reshaped.out.length ? reshaped.out[j++] : 1;
      while (left != right) {
        if (left < right) {
          left *= reshaped.in[i++];
        } else {
          right *= reshaped.out[j++];
        }
      }
      i = onesFrom(reshaped.in, i, j >= reshaped.out.length);
      j = onesFrom(reshaped.out, j, i >= reshaped.in.length);
      reshaped.block(firstIn, i, firstOut, j, (int) left, lost);
    }
    return new Result(reshaped.to, Optional.ofNullable(reshaped.refusal), lost);
  }

  /** Axes of extent 1 at the very end belong to the last block. */
  private static int onesFrom(int[] extents, int first, boolean otherDone) {
    int at = first;
    while (otherDone && at < extents.length && extents[at] == 1) {
      at++;
    }
    return at;
  }

  private void block(int firstIn, int endIn, int firstOut, int endOut, int size, boolean[] lost) {
    int labelled = -1;
    for (int axis = firstIn; axis < endIn; axis++) {
      if (from.labels()[axis] != null) {
        if (labelled >= 0) {
          refuse("it joins two axes of channels", firstIn, endIn, lost);
          return;
        }
        labelled = axis;
      }
    }
    if (labelled < 0) {
      return;
    }
    if (inferred < firstOut || inferred >= endOut) {
      refuse("it writes the channels' extent as a number; use -1 there", firstIn, endIn, lost);
      return;
    }
    int innerIn = product(in, labelled + 1, endIn);
    int innerOut = product(out, inferred + 1, endOut);
    int[] labels = new int[out[inferred]];
    boolean[] seen = new boolean[labels.length];
    for (int flat = 0; flat < size; flat++) {
      int label = from.labels()[labelled][flat / innerIn % in[labelled]];
      int at = flat / innerOut % labels.length;
      if (seen[at]) {
        channels.join(labels[at], label);
      } else {
        labels[at] = label;
        seen[at] = true;
      }
    }
    to = to.with(inferred, labels, from.zero()[labelled]);
  }

  private void refuse(String reason, int first, int end, boolean[] lost) {
    refusal = reason;
    for (int axis = first; axis < end; axis++) {
      lost[axis] = from.labels()[axis] != null;
    }
  }

  private static int product(int[] extents, int first, int end) {
    int result = 1;
    for (int axis = first; axis < end; axis++) {
      result *= extents[axis];
    }
    return result;
  }
}
