package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.ConvGeometry;

/** {@link Convolution} of float32 tensors; strided operands are copied first. */
final class TensorConvolution {
  private TensorConvolution() {}

  static void forward(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    try (Tensor denseX = x.contiguous();
        Tensor denseW = w.contiguous();
        Tensor denseBias = bias == null ? null : bias.contiguous()) {
      Convolution.forward(
          ConvGeometry.of(denseX, denseW, out, spec),
          denseX.segment(),
          0,
          denseW.segment(),
          0,
          denseBias == null ? null : denseBias.segment(),
          0,
          relu,
          out.segment(),
          0);
    }
  }

  static void gradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) {
    try (Tensor denseDy = dy.contiguous();
        Tensor denseW = w.contiguous()) {
      Convolution.gradInput(
          ConvGeometry.of(dx, denseW, denseDy, spec),
          denseDy.segment(),
          0,
          denseW.segment(),
          0,
          dx.segment(),
          0);
    }
  }

  static void gradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) {
    try (Tensor denseX = x.contiguous();
        Tensor denseDy = dy.contiguous()) {
      Convolution.gradWeight(
          ConvGeometry.of(denseX, dw, denseDy, spec),
          denseX.segment(),
          0,
          denseDy.segment(),
          0,
          dw.segment(),
          0);
    }
  }
}
