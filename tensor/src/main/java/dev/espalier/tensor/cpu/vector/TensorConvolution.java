package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.ConvGeometry;

/** {@link Convolution} of float32 tensors; strided operands are copied first. */
final class TensorConvolution {
  private TensorConvolution() {}

  static void forward(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    try (Tensor xCopy = Dense.copyIfStrided(x);
        Tensor wCopy = Dense.copyIfStrided(w);
        Tensor biasCopy = Dense.copyIfStrided(bias)) {
      Convolution.forward(
          ConvGeometry.of(x, w, out, spec),
          Dense.segment(x, xCopy),
          0,
          Dense.segment(w, wCopy),
          0,
          Dense.segment(bias, biasCopy),
          0,
          relu,
          out.segment(),
          0);
    }
  }

  static void gradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) {
    try (Tensor dyCopy = Dense.copyIfStrided(dy);
        Tensor wCopy = Dense.copyIfStrided(w)) {
      Convolution.gradInput(
          ConvGeometry.of(dx, w, dy, spec),
          Dense.segment(dy, dyCopy),
          0,
          Dense.segment(w, wCopy),
          0,
          dx.segment(),
          0);
    }
  }

  static void gradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) {
    try (Tensor xCopy = Dense.copyIfStrided(x);
        Tensor dyCopy = Dense.copyIfStrided(dy)) {
      Convolution.gradWeight(
          ConvGeometry.of(x, dw, dy, spec),
          Dense.segment(x, xCopy),
          0,
          Dense.segment(dy, dyCopy),
          0,
          dw.segment(),
          0);
    }
  }
}
