package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import java.lang.foreign.MemorySegment;

/**
 * Some channels of a batch of images: the planes [height, width] of one image follow each other.
 *
 * @param offset of the first channel's plane in the first image, in elements
 * @param imageStride distance of two images, in elements
 */
record Planes(
    MemorySegment data, long offset, int images, long imageStride, int height, int width) {

  /** The channels of one group of a convolution's input. */
  static Planes input(ConvGeometry g, MemorySegment x, long offset, int group) {
    long first = offset + (long) group * g.inPerGroup() * g.inPlane();
    long imageStride = (long) g.inChannels() * g.inPlane();
    return new Planes(x, first, g.batch(), imageStride, g.height(), g.width());
  }

  /** The channels of one group of a convolution's output. */
  static Planes output(ConvGeometry g, MemorySegment y, long offset, int group) {
    long first = offset + (long) group * g.outPerGroup() * g.outPlane();
    long imageStride = (long) g.outChannels() * g.outPlane();
    return new Planes(y, first, g.batch(), imageStride, g.outHeight(), g.outWidth());
  }

  int size() {
    return height * width;
  }

  /** Byte offset of a channel's plane. */
  long byteOffset(int image, int channel) {
    return (offset + image * imageStride + channel * (long) size()) * Float.BYTES;
  }
}
