package dev.espalier.prune.surgery;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.Arrays;

/**
 * One axis of a parameter that runs over the channels of a {@link ChannelSpace}. A channel may own
 * several positions there: all pixels behind a flattened map, all rows of an attention head, the
 * same place in every group of a convolution. Other positions of the axis may belong to other
 * spaces.
 */
public final class ChannelMember {
  private final ParameterAxes.Axis axis;
  private final int[][] positions;
  private final int[] channelAt;
  private final int inner;

  ChannelMember(ParameterAxes.Axis axis, int[][] positions) {
    this.axis = axis;
    this.positions = positions;
    this.channelAt = new int[axis.labels.length];
    this.inner = (int) axis.parameter.shape().rowMajorStrides()[axis.axis];
    Arrays.fill(channelAt, -1);
    for (int channel = 0; channel < positions.length; channel++) {
      for (int position : positions[channel]) {
        channelAt[position] = channel;
      }
    }
  }

  ParameterAxes.Axis where() {
    return axis;
  }

  /** Dotted name of the parameter. */
  public String name() {
    return axis.name;
  }

  public Parameter parameter() {
    return axis.parameter;
  }

  /** Which axis of the parameter. */
  public int axis() {
    return axis.axis;
  }

  /** Whether the axis makes the channels (rows of the layer before). */
  public boolean producer() {
    return axis.producer;
  }

  /** Whether the axis reads the channels (columns of the layer behind). */
  public boolean reader() {
    return axis.reader;
  }

  /**
   * Whether the parameter reads values that are not zero where everything that makes the channel
   * is, so that its own slice must be masked too before the channel can go.
   */
  public boolean readsNonZero() {
    return axis.readsNonZero;
  }

  /** Whether a channel here is an attention head: several rows of one projection make it. */
  public boolean makesHeads() {
    return producer() && axis() == 0 && parameter().shape().rank() == 2 && positions[0].length > 1;
  }

  /** Rows of one group, where the axis is that of a convolution whose groups go as wholes; or 0. */
  int rowsPerGroup() {
    return axis.rowsPerGroup;
  }

  /** The positions of a channel along the axis, ascending; shared, not to be written. */
  public int[] positions(int channel) {
    return positions[channel];
  }

  /** Whether the channels lie one after the other, each with one position. */
  public boolean isRun() {
    for (int channel = 0; channel < positions.length; channel++) {
      if (positions[channel].length != 1 || positions[channel][0] != positions[0][0] + channel) {
        return false;
      }
    }
    return true;
  }

  /** The channel that a position along the axis belongs to, or -1. */
  public int channelAt(int position) {
    return channelAt[position];
  }

  /** By element of the parameter, row-major: its channel, or -1. */
  public int channelOf(int flat) {
    return channelAt[flat / inner % channelAt.length];
  }

  /** The mask of the parameter that keeps some channels, and all that belongs to none of them. */
  public Mask mask(Mask keptChannels) {
    Shape shape = parameter().shape();
    boolean[] kept = new boolean[channelAt.length];
    for (int position = 0; position < kept.length; position++) {
      kept[position] = channelAt[position] < 0 || keptChannels.get(channelAt[position]);
    }
    return switch (axis()) {
      case 0 -> Mask.fromGroups(shape, new Granularity.Filter(), kept);
      case 1 -> Mask.fromGroups(shape, new Granularity.Channel(), kept);
      default -> Mask.of(shape, flat -> kept[flat / inner % kept.length]);
    };
  }

  /** By channel: whether a mask of the parameter keeps nothing of it. */
  boolean[] emptied(Mask mask) {
    boolean[] emptied = new boolean[positions.length];
    Arrays.fill(emptied, true);
    for (int position : mask.positions()) {
      int channel = channelOf(position);
      if (channel >= 0) {
        emptied[channel] = false;
      }
    }
    return emptied;
  }

  @Override
  public String toString() {
    return "%s axis %d%s%s"
        .formatted(name(), axis(), producer() ? " makes" : "", reader() ? " reads" : "");
  }
}
