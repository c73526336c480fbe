package dev.espalier.tensor.sparse;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which elements of a weight are kept: an immutable value M ∈ {0, 1} of the weight's shape, one bit
 * per element.
 *
 * <p>Every mask conforms to its {@link Granularity}: constant inside each group, or at most n kept
 * per group for N:M. The algebra keeps the granularity of its operands where the result is sure to
 * conform and falls back to {@link Granularity.Element} where not. At most 2^31 - 1 elements. Masks
 * hold no tensor memory and are safe to share between threads.
 *
 * <p>PyTorch: the {@code weight_mask} buffer of {@code torch.nn.utils.prune}.
 */
public final class Mask {
  private final Shape shape;
  private final Granularity granularity;
  private final int size;
  private final long[]
      words; // bit i of the row of words is element i; the bits after the last element are zero
  private final int kept;
  private volatile int[] positions;
  private volatile CsrPattern csr;
  private volatile BsrPattern bsr;
  private volatile NmPattern nm;

  /** Takes the words; the caller has made sure that they conform to the granularity. */
  private Mask(Shape shape, Granularity granularity, long[] words) {
    this.shape = shape;
    this.granularity = granularity;
    this.size = checkedSize("mask", shape);
    this.words = words;
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    this.kept = count;
  }

  static int checkedSize(String operation, Shape shape) {
    if (shape.size() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: shape %s has %d elements, more than the 2^31 - 1 that a mask can hold; split the weight"
              .formatted(operation, shape, shape.size()));
    }
    return (int) shape.size();
  }

  static int wordCount(int size) {
    return (int) (((long) size + Long.SIZE - 1) >> 6);
  }

  // ---- creation

  /** Keeps every element. */
  public static Mask ones(Shape shape) {
    return zeros(shape).complement();
  }

  /** Keeps no element. */
  public static Mask zeros(Shape shape) {
    return new Mask(
        shape, new Granularity.Element(), new long[wordCount(checkedSize("mask", shape))]);
  }

  /** Row-major values, one per element. */
  public static Mask of(Shape shape, boolean... kept) {
    if (kept.length != shape.size()) {
      throw new IllegalArgumentException(
          "mask: shape %s has %d elements but %d values were given"
              .formatted(shape, shape.size(), kept.length));
    }
    return of(shape, i -> kept[i]);
  }

  /** Keeps the elements whose row-major index satisfies a predicate. */
  public static Mask of(Shape shape, IntPredicate kept) {
    int size = checkedSize("mask", shape);
    long[] words = new long[wordCount(size)];
    for (int i = 0; i < size; i++) {
      if (kept.test(i)) {
        words[i >> 6] |= 1L << i;
      }
    }
    return new Mask(shape, new Granularity.Element(), words);
  }

  /**
   * A mask from packed bits (copied), as {@link #words} gives them.
   *
   * @throws IllegalArgumentException if the number of words is wrong or a bit after the last
   *     element is set
   */
  public static Mask ofWords(Shape shape, long[] words) {
    int size = checkedSize("mask", shape);
    if (words.length != wordCount(size)
        || (size & 63) != 0 && words[words.length - 1] >>> size != 0) {
      throw new IllegalArgumentException(
          "mask: shape %s needs %d words with zero bits after element %d, but got %d words%s"
              .formatted(
                  shape,
                  wordCount(size),
                  size - 1,
                  words.length,
                  words.length == wordCount(size) ? " with bits set there" : ""));
    }
    return new Mask(shape, new Granularity.Element(), words.clone());
  }

  /** Keeps the elements of a tensor of any type that are not zero (NaN is not zero). */
  public static Mask nonZeros(Tensor tensor) {
    checkedSize("nonZeros", tensor.shape());
    try (var _ = Scope.open("nonZeros")) {
      Tensor dense = tensor.to(Device.CPU).contiguous();
      DType type = dense.dtype();
      MemorySegment segment = dense.segment();
      return of(tensor.shape(), i -> Elements.get(type, segment, i) != 0);
    }
  }

  /**
   * Keeps whole groups.
   *
   * @param groups one value per group, in the order of {@link Granularity#groupOf}
   */
  public static Mask fromGroups(Shape shape, Granularity granularity, boolean... groups) {
    Tiling tiling = granularity.over(shape);
    if (granularity instanceof Granularity.NOfM) {
      throw new IllegalArgumentException(
          "fromGroups: %s says how many of a group are kept, not which; use keepLargestPerGroup"
              .formatted(granularity.name()));
    }
    if (groups.length != tiling.count()) {
      throw new IllegalArgumentException(
          "fromGroups: shape %s has %d groups of granularity %s but %d values were given"
              .formatted(shape, tiling.count(), granularity.name(), groups.length));
    }
    Mask mask = of(shape, i -> groups[(int) tiling.tileOf(i)]);
    return new Mask(shape, granularity, mask.words);
  }

  /**
   * Keeps the k largest scores; among equal scores those of lowest row-major index, so that the
   * choice is deterministic.
   *
   * @param scores floating-point, any strides
   * @throws IllegalArgumentException if k is not in [0, size] or a score is NaN (its index is
   *     named)
   */
  public static Mask keepLargest(Tensor scores, long k) {
    return keepLargest(List.of(scores), k).getFirst();
  }

  /**
   * Keeps the k largest scores of several tensors ranked together (global scoring); ties go to the
   * earlier tensor.
   */
  public static List<Mask> keepLargest(List<Tensor> scores, long k) {
    long[][] selected = LargestScores.select(scores, k);
    Mask[] masks = new Mask[selected.length];
    Arrays.setAll(
        masks, t -> new Mask(scores.get(t).shape(), new Granularity.Element(), selected[t]));
    return List.of(masks);
  }

  /**
   * Keeps the n largest scores of each m neighbours in a row; rows of one pattern are ranked by the
   * sums of their scores. Ties go to the lower index; NaN is refused.
   */
  public static Mask keepLargestPerGroup(Tensor scores, Granularity.NOfM granularity) {
    Tiling tiling = granularity.over(scores.shape());
    return new Mask(
        scores.shape(), granularity, LargestScores.selectPerGroup(scores, granularity.n(), tiling));
  }

  /**
   * The same bits under another granularity.
   *
   * @throws IllegalArgumentException if the bits do not conform to it
   */
  public Mask withGranularity(Granularity other) {
    if (!conformsTo(other)) {
      throw new IllegalArgumentException(
          "mask: its bits of shape %s do not conform to granularity %s"
              .formatted(shape, other.name()));
    }
    return new Mask(shape, other, words);
  }

  // ---- what it is

  public Shape shape() {
    return shape;
  }

  public Granularity granularity() {
    return granularity;
  }

  /** Number of elements. */
  public int size() {
    return size;
  }

  /** Number of kept elements. */
  public int kept() {
    return kept;
  }

  /** Kept elements as a fraction of all; 1 for an empty shape. */
  public double density() {
    return size == 0 ? 1 : (double) kept / size;
  }

  /** Pruned elements as a fraction of all: {@code 1 - density()}. */
  public double sparsity() {
    return 1 - density();
  }

  /** Whether an element is kept, by its row-major index. */
  public boolean get(int flat) {
    if (flat < 0 || flat >= size) {
      throw new IndexOutOfBoundsException(
          "mask: index %d does not lie in [0, %d)".formatted(flat, size));
    }
    return (words[flat >> 6] >>> flat & 1) != 0;
  }

  /**
   * The bits, element i being bit i % 64 of word i / 64, zero after the last; shared, not to be
   * written.
   */
  public long[] words() {
    return words;
  }

  /** Number of kept elements in each group of this mask's granularity. */
  public int[] perGroupCounts() {
    return perGroupCounts(granularity);
  }

  /** Number of kept elements in each group of any granularity. */
  public int[] perGroupCounts(Granularity groups) {
    Tiling tiling = groups.over(shape);
    int[] counts = new int[Math.toIntExact(tiling.count())];
    for (int position : positions()) {
      counts[(int) tiling.tileOf(position)]++;
    }
    return counts;
  }

  /** Whether every group is kept or pruned as a whole. */
  public boolean isConstantPerGroup(Granularity groups) {
    long whole = groups.over(shape).tileSize();
    return Arrays.stream(perGroupCounts(groups)).allMatch(count -> count == 0 || count == whole);
  }

  /**
   * Whether this mask could carry a granularity: constant per group, or at most n per group for
   * N:M.
   */
  public boolean conformsTo(Granularity other) {
    if (other.refusal(shape).isPresent()) {
      return false;
    }
    return switch (other) {
      case Granularity.Element _ -> true;
      case Granularity.NOfM(int n, int _, int rows) ->
          isConstantPerGroup(new Granularity.ColumnVector(rows))
              && Arrays.stream(perGroupCounts(other)).allMatch(count -> count <= n * rows);
      default -> isConstantPerGroup(other);
    };
  }

  // ---- algebra

  /** Kept in both. */
  public Mask and(Mask other) {
    return combine("and", other, true, (a, b) -> a & b);
  }

  /** Kept in either. */
  public Mask or(Mask other) {
    return combine("or", other, false, (a, b) -> a | b);
  }

  /** Kept here and not in the other. */
  public Mask andNot(Mask other) {
    return combine("andNot", other, true, (a, b) -> a & ~b);
  }

  /** Kept in exactly one. */
  public Mask xor(Mask other) {
    return combine("xor", other, false, (a, b) -> a ^ b);
  }

  /** Kept where this mask prunes. */
  public Mask complement() {
    long[] result = new long[words.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = ~words[i];
    }
    if ((size & 63) != 0) {
      result[result.length - 1] &= (1L << size) - 1;
    }
    return new Mask(
        shape,
        granularity instanceof Granularity.NOfM ? new Granularity.Element() : granularity,
        result);
  }

  private interface WordOperator {
    long apply(long a, long b);
  }

  /**
   * @param subset whether the result keeps nothing that this mask prunes
   */
  private Mask combine(String operation, Mask other, boolean subset, WordOperator operator) {
    if (!shape.equals(other.shape)) {
      throw new IllegalArgumentException(
          "mask %s: the shapes differ, %s and %s".formatted(operation, shape, other.shape));
    }
    long[] result = new long[words.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = operator.apply(words[i], other.words[i]);
    }
    boolean conforms =
        granularity.equals(other.granularity)
            && (subset || !(granularity instanceof Granularity.NOfM));
    return new Mask(shape, conforms ? granularity : new Granularity.Element(), result);
  }

  // ---- positions

  /**
   * The row-major indices of the kept elements, ascending; computed once, shared, not to be
   * written.
   */
  public int[] positions() {
    int[] known = positions;
    if (known == null) {
      known = new int[kept];
      int at = 0;
      for (int w = 0; w < words.length; w++) {
        for (long word = words[w]; word != 0; word &= word - 1) {
          known[at++] = (w << 6) + Long.numberOfTrailingZeros(word);
        }
      }
      positions = known;
    }
    return known;
  }

  /** The kept positions of the matrix view [dim 0, rest] in CSR order; computed once. */
  public CsrPattern csr() {
    CsrPattern known = csr;
    if (known == null) {
      Tiling view = Tiling.elements(shape);
      known = CsrPattern.ofFlatPositions(view.rows(), view.columns(), positions());
      csr = known;
    }
    return known;
  }

  /**
   * The blocks of the matrix view that hold a kept element; the last block size asked for is
   * remembered.
   *
   * @throws IllegalArgumentException if the matrix view is not divisible into such blocks
   */
  public BsrPattern bsr(int blockHeight, int blockWidth) {
    BsrPattern known = bsr;
    if (known == null || known.blockHeight() != blockHeight || known.blockWidth() != blockWidth) {
      known = BsrPattern.covering(csr(), blockHeight, blockWidth);
      bsr = known;
    }
    return known;
  }

  /**
   * The kept elements of the matrix view as exactly n of every m neighbours, padded where fewer are
   * kept; the last structure asked for is remembered.
   *
   * @throws IllegalArgumentException if this mask does not conform to such a granularity
   */
  public NmPattern nm(Granularity.NOfM structure) {
    NmPattern known = nm;
    if (known == null || !known.structure().equals(structure)) {
      known = NmPattern.covering(csr(), structure);
      nm = known;
    }
    return known;
  }

  // ---- with tensors

  /** {@code M ⊙ x}: a new tensor with exact zeros (even for Inf and NaN) at pruned positions. */
  public Tensor apply(Tensor x) {
    checkOperand("apply", x);
    Tensor out = Tensor.empty(x.dtype(), shape, x.device());
    try (Tensor dense = x.contiguous();
        var use = Use.of("mask.apply", dense, out)) {
      use.backend().applyMask(words, dense, out);
    }
    return out;
  }

  /** Overwrites x with {@code M ⊙ x} and returns it. */
  public Tensor applyInPlace(Tensor x) {
    checkOperand("applyInPlace", x);
    if (!x.isContiguous()) {
      try (Tensor masked = apply(x)) {
        return x.copyFrom(masked);
      }
    }
    try (var use = Use.of("mask.applyInPlace", x)) {
      use.backend().applyMask(words, x, x);
    }
    x.touched();
    return x;
  }

  /**
   * The number of elements that break the hard-mask invariant: pruned but not exactly zero in x.
   */
  public int violations(Tensor x) {
    checkOperand("violations", x);
    return nonZeros(x).andNot(this).kept();
  }

  /** A tensor of ones and zeros of any type. */
  public Tensor toTensor(DType dtype) {
    Tensor out = Tensor.zeros(dtype, shape);
    MemorySegment segment = out.segment();
    for (int position : positions()) {
      Elements.set(dtype, segment, position, 1);
    }
    return out;
  }

  private void checkOperand(String operation, Tensor x) {
    if (!x.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "mask %s: the mask has shape %s but the tensor %s"
              .formatted(operation, shape, x.shape()));
    }
    if (!x.dtype().isCompute()) {
      throw new IllegalArgumentException(
          "mask %s: needs a float32 or float64 tensor but it is %s; convert it with to(FLOAT32)"
              .formatted(operation, x.dtype()));
    }
  }

  // ---- value

  /** SHA-256 of shape and bits in hexadecimal; the granularity does not enter. */
  public String digest() {
    ByteBuffer bits = ByteBuffer.allocate(words.length * Long.BYTES);
    bits.asLongBuffer().put(words);
    return Digest.sha256(shape.toString().getBytes(StandardCharsets.US_ASCII), bits.array());
  }

  /** Equal shape, granularity and bits. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Mask that
        && shape.equals(that.shape)
        && granularity.equals(that.granularity)
        && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return "Mask(%s, %s, %d of %d kept)".formatted(shape, granularity.name(), kept, size);
  }
}
