package dev.espalier.prune.compile;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Which input channels each output of a weight [O, I, …] reads, and the sums of its kernels. */
final class ProductReads {
  private final DType type;
  private final MemorySegment values;
  private final int inputs;
  private final int taps;
  private final BitSet[] read;

  ProductReads(Tensor weight) {
    this.type = weight.dtype();
    this.values = weight.segment();
    this.inputs = weight.dim(1);
    long rowSize = weight.dim(0) == 0 ? 0 : weight.size() / weight.dim(0);
    this.taps = inputs == 0 ? 0 : Math.toIntExact(rowSize / inputs);
    this.read = new BitSet[weight.dim(0)];
    for (int o = 0; o < read.length; o++) {
      read[o] = new BitSet(inputs);
      long at = o * rowSize;
      for (int k = 0; k < inputs; k++, at += taps) {
        read[o].set(k, anyNonZero(at));
      }
    }
  }

  private boolean anyNonZero(long start) {
    for (long at = start; at < start + taps; at++) {
      if (Elements.get(type, values, at) != 0) {
        return true;
      }
    }
    return false;
  }

  int outputs() {
    return read.length;
  }

  /** The input channels with a weight that is not zero; not to be changed. */
  BitSet of(int output) {
    return read[output];
  }

  /** What a channel of ones adds to an output, away from padding. */
  double kernelSum(int output, int input) {
    double sum = 0;
    long start = ((long) output * inputs + input) * taps;
    for (long at = start; at < start + taps; at++) {
      sum += Elements.get(type, values, at);
    }
    return sum;
  }
}
