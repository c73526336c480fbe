package dev.espalier.cuda.ops;

import dev.espalier.tensor.ConvSpec;

/**
 * One axis of a convolution that reads laid-out planes instead of the tensor itself, so that a tap
 * is a constant distance: the input is padded and dealt out to one plane per phase of the stride.
 *
 * <pre>
 * forward:        output o, tap t reads input o stride + t dilation - pad
 *                 = element o + t dilation / stride of plane t dilation % stride
 * input gradient: input i = grid position g and phase (i + pad = (g + start) stride + phase) reads,
 *                 for each tap of that phase, output g + start - t dilation / stride
 * </pre>
 *
 * @param extent of the plane that is read
 * @param phases planes that are read
 * @param step from element to element of a plane, in the tensor
 * @param pad how far before the tensor the planes begin
 * @param grid positions that the product computes
 * @param start what the grid's first position reads for a tap at distance 0
 * @param backward whether taps lie before that and not after
 */
public record ConvGrid(
    int extent, int phases, int step, int pad, int grid, int start, boolean backward) {

  /** Forward: {@code out} outputs of a kernel of that many taps. */
  static ConvGrid forward(int out, int taps, int stride, int pad, int dilation) {
    int phases = 0;
    for (int tap = 0; tap < taps; tap++) {
      phases = Math.max(phases, tap * dilation % stride + 1);
    }
    int reach = (taps - 1) * dilation / stride;
    return new ConvGrid(out + reach, phases, stride, pad, out, 0, false);
  }

  /** Input gradient: {@code in} inputs of a convolution with {@code out} outputs. */
  static ConvGrid gradInput(int in, int taps, int stride, int pad, int dilation) {
    int first = pad / stride;
    int grid = in == 0 ? 0 : (pad + in - 1) / stride - first + 1;
    int reach = (taps - 1) * dilation / stride;
    int front = Math.max(0, reach - first);
    return new ConvGrid(grid + first + front, 1, 1, front, grid, first + front, true);
  }

  static ConvGrid forwardH(ConvSpec spec, int out, int taps) {
    return forward(out, taps, spec.strideH(), spec.padH(), spec.dilationH());
  }

  static ConvGrid forwardW(ConvSpec spec, int out, int taps) {
    return forward(out, taps, spec.strideW(), spec.padW(), spec.dilationW());
  }

  static ConvGrid gradInputH(ConvSpec spec, int in, int taps) {
    return gradInput(in, taps, spec.strideH(), spec.padH(), spec.dilationH());
  }

  static ConvGrid gradInputW(ConvSpec spec, int in, int taps) {
    return gradInput(in, taps, spec.strideW(), spec.padW(), spec.dilationW());
  }

  /** The element that grid position 0 reads for a tap at that distance. */
  int place(int distance, int stride) {
    return backward ? start - distance / stride : distance / stride;
  }

  /** Whether the planes are the tensor itself, of that extent. */
  boolean isIdentity(int tensorExtent) {
    return phases == 1 && step == 1 && pad == 0 && extent == tensorExtent;
  }
}
