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

  /** The bits of the n largest columns of each tile, where a column has the sum of its scores. */
  static long[] selectPerGroup(Tensor scores, int n, Tiling tiling) {
    try (var _ = Scope.open("keepLargestPerGroup")) {
      return of(List.of(scores)).selectPerGroup(n, tiling);
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
   * Counts for each column how many of its tile beat it: cheap, as tiles are a few columns wide.
   */
  private long[] selectPerGroup(int n, Tiling tiling) {
    long[] words = new long[Mask.wordCount(sizes[0])];
    long[] keys = new long[tiling.width()];
    for (int row = 0; row < tiling.rows(); row += tiling.height()) {
      for (int column = 0; column < tiling.columns(); column += keys.length) {
        int start = row * tiling.columns() + column;
        for (int i = 0; i < keys.length; i++) {
          keys[i] = columnKey(start + i, tiling);
        }
        for (int i = 0; i < keys.length; i++) {
          if (better(keys, i) < n) {
            for (int r = 0; r < tiling.height(); r++) {
              int element = start + i + r * tiling.columns();
              words[element >> 6] |= 1L << element;
            }
          }
        }
      }
    }
    return words;
  }

  private static int better(long[] keys, int i) {
    int better = 0;
    for (int j = 0; j < keys.length; j++) {
      int order = Long.compareUnsigned(keys[j], keys[i]);
      better += order > 0 || order == 0 && j < i ? 1 : 0;
    }
    return better;
  }

  private long columnKey(int element, Tiling tiling) {
    double sum = 0;
    for (int r = 0; r < tiling.height(); r++) {
      sum += score(0, element + r * tiling.columns());
    }
    return key(sum, 0, element);
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

  private double score(int tensor, int index) {
    return Elements.get(types[tensor], segments[tensor], index);
  }

  private long key(int tensor, int index) {
    return key(score(tensor, index), tensor, index);
  }

  /** The score as an unsigned integer of the same order; both zeros are equal. */
  private long key(double score, int tensor, int index) {
    if (Double.isNaN(score)) {
      throw new IllegalArgumentException(
          "keepLargest: the score at flat index %d%s is NaN, which has no rank"
              .formatted(index, sizes.length == 1 ? "" : " of tensor " + tensor));
    }
    long bits = Double.doubleToRawLongBits(score + 0.0);
    return bits ^ (bits >> (Long.SIZE - 1) | Long.MIN_VALUE);
  }
}
