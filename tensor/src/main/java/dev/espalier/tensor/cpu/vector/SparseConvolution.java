package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * Two-dimensional convolution with a sparse weight and its gradients, in float32: sparse and
 * sampled products whose panels hold patches. The pixels of all images form one dimension, so that
 * small maps fill whole panels; a stride is split into phases, inside which it is 1.
 */
final class SparseConvolution {
  private SparseConvolution() {}

  static void forward(
      SparsePattern pattern,
      Tensor values,
      Shape weight,
      Tensor x,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    if (out.size() == 0) {
      return;
    }
    try (Tensor copy = Dense.copyIfStrided(x)) {
      Tensor images = Dense.of(x, copy);
      ConvGeometry g = ConvGeometry.of(images, whole(weight, spec), out, spec.withGroups(1));
      Planes input = Planes.input(g, images.segment(), 0, 0);
      Planes output = Planes.output(g, out.segment(), 0, 0);
      var taps = ConvTaps.of(pattern).forward(weight, spec.groups());
      Patches patches = Patches.forward(g, input, 0);
      int pixels = Math.multiplyExact(g.batch(), g.outPlane());
      var sink = new ConvSink(OutputMap.planes(output), biases(bias, g.outChannels()), relu);
      if (!StripeConvolution.run(pattern, taps, values.segment(), g, false, patches, sink)) {
        run(taps, values, patches, pixels, sink);
      }
    }
  }

  static void gradInput(
      SparsePattern pattern, Tensor values, Shape weight, Tensor dy, ConvSpec spec, Tensor dx) {
    if (dx.size() == 0) {
      return;
    }
    try (Tensor copy = Dense.copyIfStrided(dy)) {
      Tensor gradients = Dense.of(dy, copy);
      ConvGeometry g = ConvGeometry.of(dx, whole(weight, spec), gradients, spec.withGroups(1));
      Planes gradient = Planes.output(g, gradients.segment(), 0, 0);
      Planes target = Planes.input(g, dx.segment(), 0, 0);
      float[] none = RowBias.of(null, g.inChannels());
      for (StridePhase phase : StridePhase.of(g)) {
        var taps = ConvTaps.of(pattern).backward(weight, spec.groups(), phase.taps());
        Patches patches = Patches.backward(gradient, phase);
        int pixels = Math.multiplyExact(g.batch(), phase.size());
        var sink = new ConvSink(OutputMap.phase(target, phase, spec), none, false);
        if (!StripeConvolution.run(pattern, taps, values.segment(), g, true, patches, sink)) {
          run(taps, values, patches, pixels, sink);
        }
      }
    }
  }

  static void gradWeight(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues) {
    if (dvalues.size() == 0 || dy.size() == 0) {
      VectorFill.floats(dvalues.segment(), 0, dvalues.size(), 0);
      return;
    }
    try (Tensor xCopy = Dense.copyIfStrided(x);
        Tensor dyCopy = Dense.copyIfStrided(dy)) {
      Tensor images = Dense.of(x, xCopy);
      Tensor gradients = Dense.of(dy, dyCopy);
      ConvGeometry g = ConvGeometry.of(images, whole(weight, spec), gradients, spec.withGroups(1));
      Patches patches = Patches.forward(g, Planes.input(g, images.segment(), 0, 0), 0);
      Planes gradient = Planes.output(g, gradients.segment(), 0, 0);
      var taps = ConvTaps.of(pattern).forward(weight, spec.groups());
      if (StripeGradient.run(pattern, taps, g, patches, gradient, dvalues.segment())) {
        return;
      }
      int pixels = Math.multiplyExact(g.batch(), g.outPlane());
      var left = new LeftRows(gradient, g.outChannels());
      PanelPlan plan = taps.columns().sampledPlan(pixels);
      var source = patches.panels(taps.columns().width(), pixels, plan);
      new SampledProduct().set(plan, left, source, pixels, taps.order(), dvalues.segment()).run();
    }
  }

  /** The weight's shape as if its groups were one. */
  private static Shape whole(Shape weight, ConvSpec spec) {
    return weight.with(1, Math.multiplyExact(weight.dim(1), spec.groups()));
  }

  private static float[] biases(Tensor bias, int channels) {
    if (bias == null) {
      return RowBias.of(null, channels);
    }
    try (Tensor copy = Dense.copyIfStrided(bias)) {
      return RowBias.of(Dense.segment(bias, copy), channels);
    }
  }

  private static void run(
      ConvTaps.TapColumns taps, Tensor values, Patches patches, int pixels, ConvSink sink) {
    BlockColumns columns = taps.columns();
    PanelPlan plan = columns.plan(pixels);
    int count = Math.toIntExact(values.size());
    FilledGroups filled = FilledGroups.of(plan, values.segment(), count, taps.order());
    var source = patches.panels(columns.width(), pixels, plan);
    new GroupedProduct().set(columns, plan, filled, source, pixels, sink).run();
  }
}
