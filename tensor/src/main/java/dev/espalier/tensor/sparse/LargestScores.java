package dev.espalier.tensor.sparse;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the k largest of several tensors' elements by radix selection: linear time, no copy of the
 * scores, no sorting.
 *
 * <p>A score is compared as an order-preserving 64-bit key. Four passes narrow the key of the k-th
 * largest score down 16 bits at a time; the last pass marks what lies above it, and of those equal
 * to it the first ones in order of tensor and index.
 */
final class LargestScores {
  private static final int DIGIT_BITS = 16;

  private final DType[] types;
  private final MemorySegment[] segments;
  private final int[] sizes;

  private LargestScores(List<Tensor> contiguous) {
    types = new DType[contiguous.size()];
    segments = new MemorySegment[types.length];
    sizes = new int[types.length];
    for (int t = 0; t < types.length; t++) {
      types[t] = contiguous.get(t).dtype();
      segments[t] = contiguous.get(t).segment();
      sizes[t] = Mask.checkedSize("keepLargest", contiguous.get(t).shape());
    }
  }

  /** For each tensor the bits of its kept elements; {@code k} in all. */
  static long[][] select(List<Tensor> scores, long k) {
    long total = scores.stream().mapToLong(Tensor::size).sum();
    if (k < 0 || k > total) {
      throw new IllegalArgumentException(
          "keepLargest: k must lie in [0, %d], the number of scores, but is %d"
              .formatted(total, k));
    }
    try (var _ = Scope.open("keepLargest")) {
      return of(scores).select(k);
    }
  }

  /** The bits of the n largest of each m neighbours. */
  static long[] selectPerGroup(Tensor scores, int n, int m) {
    try (var _ = Scope.open("keepLargestPerGroup")) {
      return of(List.of(scores)).selectPerGroup(n, m);
    }
  }

  private static LargestScores of(List<Tensor> scores) {
    for (Tensor score : scores) {
      if (!score.dtype().isFloating()) {
        throw new IllegalArgumentException(
            "keepLargest: scores must be floating-point but are %s; convert them with to(FLOAT32)"
                .formatted(score.dtype()));
      }
    }
    return new LargestScores(scores.stream().map(t -> t.to(Device.CPU).contiguous()).toList());
  }

  /**
   * Counts for each element how many of its group beat it: cheap, as groups are a few elements
   * long.
   */
  private long[] selectPerGroup(int n, int m) {
    long[] words = new long[Mask.wordCount(sizes[0])];
    long[] keys = new long[m];
    for (int start = 0; start < sizes[0]; start += m) {
      for (int i = 0; i < m; i++) {
        keys[i] = key(0, start + i);
      }
      for (int i = 0; i < m; i++) {
        int better = 0;
        for (int j = 0; j < m; j++) {
          int order = Long.compareUnsigned(keys[j], keys[i]);
          better += order > 0 || order == 0 && j < i ? 1 : 0;
        }
        if (better < n) {
          words[(start + i) >> 6] |= 1L << (start + i);
        }
      }
    }
    return words;
  }

  private long[][] select(long k) {
    long[] histogram = new long[1 << DIGIT_BITS];
    long prefix = 0; // the digits of the k-th largest key found so far
    long missing = k; // how many keys that share the prefix are kept
    int shift = Long.SIZE;
    boolean wholeBucket = k == 0;
    while (shift > 0 && !wholeBucket) {
      count(histogram, prefix, shift);
      shift -= DIGIT_BITS;
      int digit = histogram.length - 1;
      while (histogram[digit] < missing) {
        missing -= histogram[digit--];
      }
      prefix = prefix << DIGIT_BITS | digit;
      wholeBucket = histogram[digit] == missing;
    }
    return mark(prefix, shift, missing);
  }

  /**
   * Counts the next digit of the keys whose upper bits, above {@code shift}, are the prefix; the
   * first call checks for NaN.
   */
  private void count(long[] histogram, long prefix, int shift) {
    Arrays.fill(histogram, 0);
    for (int t = 0; t < sizes.length; t++) {
      for (int i = 0; i < sizes[t]; i++) {
        long key = key(t, i);
        if (upper(key, shift) == prefix) {
          histogram[(int) (key >>> (shift - DIGIT_BITS)) & (histogram.length - 1)]++;
        }
      }
    }
  }

  private long[][] mark(long prefix, int shift, long missing) {
    long[][] words = new long[sizes.length][];
    long left = missing;
    for (int t = 0; t < sizes.length; t++) {
      words[t] = new long[Mask.wordCount(sizes[t])];
      for (int i = 0; i < sizes[t]; i++) {
        int order = Long.compareUnsigned(upper(key(t, i), shift), prefix);
        if (order > 0 || order == 0 && left-- > 0) {
          words[t][i >> 6] |= 1L << i;
        }
      }
    }
    return words;
  }

  private static long upper(long key, int shift) {
    return shift == Long.SIZE ? 0 : key >>> shift;
  }

  /** The score as an unsigned integer of the same order; both zeros are equal. */
  private long key(int tensor, int index) {
    double score = Elements.get(types[tensor], segments[tensor], index);
    if (Double.isNaN(score)) {
      throw new IllegalArgumentException(
          "keepLargest: the score at flat index %d%s is NaN, which has no rank"
              .formatted(index, sizes.length == 1 ? "" : " of tensor " + tensor));
    }
    long bits = Double.doubleToRawLongBits(score + 0.0);
    return bits ^ (bits >> (Long.SIZE - 1) | Long.MIN_VALUE);
  }
}
