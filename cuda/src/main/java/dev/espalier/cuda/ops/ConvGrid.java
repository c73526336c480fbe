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
 * <p>{@link #shifted} gives each tap a copy of its own instead: then every tap reads from the same
 * place in its plane, on whatever boundary the plane begins at.
 *
 * @param extent of the plane that is read
 * @param phases planes that are read
 * @param step from element to element of a plane, in the tensor
 * @param pad how far before the tensor the planes begin
 * @param grid positions that the product computes
 * @param used of them, from the first on, that exist
 * @param start what the grid's first position reads for a tap at distance 0
 * @param backward whether taps lie before that and not after
 * @param shifted whether there is one plane for each tap
 */
public record ConvGrid(
    int extent,
    int phases,
    int step,
    int pad,
    int grid,
    int used,
    int start,
    boolean backward,
    boolean shifted) {

  /** Forward: {@code out} outputs of a kernel of that many taps. */
  static ConvGrid forward(int out, int taps, int stride, int pad, int dilation) {
    int phases = 0;
    for (int tap = 0; tap < taps; tap++) {
      phases = Math.max(phases, tap * dilation % stride + 1);
    }
    int reach = (taps - 1) * dilation / stride;
    return new ConvGrid(out + reach, phases, stride, pad, out, out, 0, false, false);
  }

  /** Input gradient: {@code in} inputs of a convolution with {@code out} outputs. */
  static ConvGrid gradInput(int in, int taps, int stride, int pad, int dilation) {
    int first = pad / stride;
    int grid = in == 0 ? 0 : (pad + in - 1) / stride - first + 1;
    int reach = (taps - 1) * dilation / stride;
    int front = Math.max(0, reach - first);
    return new ConvGrid(grid + first + front, 1, 1, front, grid, grid, first + front, true, false);
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

  /**
   * One plane for each of that many taps, which its shift leaves at place 0; planes and grid are
   * whole pieces of that many elements.
   */
  ConvGrid shifted(int taps, int piece) {
    int pitch = Math.ceilDiv(grid, piece) * piece;
    return new ConvGrid(pitch, taps, step, 0, pitch, grid, start - pad, backward, true);
  }

  /** The plane that a tap at that distance reads. */
  int plane(int tap, int distance, int stride) {
    if (shifted) {
      return tap;
    }
    return backward ? 0 : distance % stride;
  }

  /** The element that grid position 0 reads for a tap at that distance. */
  int place(int distance, int stride) {
    if (shifted) {
      return 0;
    }
    return backward ? start - distance / stride : distance / stride;
  }

  /** Whether the planes are the tensor itself, of that extent. */
  boolean isIdentity(int tensorExtent) {
    return phases == 1
        && step == 1
        && pad == 0
        && extent == tensorExtent
        && (start == 0 || !shifted);
  }
}
