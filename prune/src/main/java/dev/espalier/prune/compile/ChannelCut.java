package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Indexing;
import java.util.Arrays;

/** Steps with some of their channels; indices ascend. */
final class ChannelCut {
  private ChannelCut() {}

  /**
   * A product with some inputs and outputs.
   *
   * @param added what the other inputs add to each output, of which there are as many as before
   */
  static ProductStep product(ProductStep step, int[] inputs, int[] outputs, double[] added) {
    Tensor w = step.weight().values();
    boolean shifts = Arrays.stream(added).anyMatch(value -> value != 0);
    if (inputs.length == w.dim(1) && outputs.length == w.dim(0) && !shifts) {
      return step;
    }
    Tensor bias = step.bias();
    if (shifts) {
      Tensor shift = Tensor.of(Shape.of(added.length), added).to(w.dtype());
      bias = bias == null ? shift : Elementwise.add(bias, shift);
    }
    var weight =
        ProductWeight.undecided(
            chosen(chosen(w, 0, outputs), 1, inputs), step.weight().granularity(), step.spec());
    return new ProductStep(
        step.name(), weight, chosenOrNull(bias, outputs), step.relu(), step.spec());
  }

  /** A convolution of each channel on its own, with some of the channels. */
  static ProductStep depthwise(ProductStep step, int[] channels) {
    Tensor w = step.weight().values();
    if (channels.length == w.dim(0)) {
      return step;
    }
    var spec = step.spec().withGroups(channels.length);
    var weight = ProductWeight.undecided(chosen(w, 0, channels), step.weight().granularity(), spec);
    return new ProductStep(
        step.name(), weight, chosenOrNull(step.bias(), channels), step.relu(), spec);
  }

  static AffineStep affine(AffineStep step, int[] channels) {
    return channels.length == step.scale().dim(0)
        ? step
        : new AffineStep(
            chosen(step.scale(), 0, channels), chosen(step.shift(), 0, channels), step.relu());
  }

  private static Tensor chosenOrNull(Tensor x, int[] indices) {
    return x == null ? null : chosen(x, 0, indices);
  }

  private static Tensor chosen(Tensor x, int axis, int[] indices) {
    if (indices.length == x.dim(axis)) {
      return x;
    }
    long[] rows = Arrays.stream(indices).asLongStream().toArray();
    try (Tensor front = x.transpose(0, axis);
        Tensor dense = front.contiguous();
        Tensor index = Tensor.of(Shape.of(rows.length), rows);
        Tensor picked = Indexing.gatherRows(dense, index);
        Tensor back = picked.transpose(0, axis)) {
      return back.copy();
    }
  }
}
