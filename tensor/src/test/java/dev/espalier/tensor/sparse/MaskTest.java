package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskTest {
  /**
   * What every mask must hold: counted bits, a clean tail, positions and pattern that agree with
   * the bits.
   */
  private static void assertInvariants(Mask mask) {
    int[] expected = IntStream.range(0, mask.size()).filter(mask::get).toArray();
    assertThat(mask.positions()).isEqualTo(expected);
    assertThat(mask.kept()).isEqualTo(expected.length);
    assertThat(mask.words()).hasSize((mask.size() + 63) / 64);
    if (mask.size() % 64 != 0) {
      assertThat(mask.words()[mask.size() / 64] >>> mask.size() % 64).isZero();
    }
    assertThat(mask.conformsTo(mask.granularity())).isTrue();
    assertThat(mask.csr().flatPositions()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 127, 128, 131})
  void algebraMatchesBooleansForEverySize(int size) {
    Shape shape = Shape.of(size);
    Mask a = RandomSparse.mask(shape, 0.5, 1);
    Mask b = RandomSparse.mask(shape, 0.3, 2);
    for (int i = 0; i < size; i++) {
      assertThat(a.and(b).get(i)).isEqualTo(a.get(i) && b.get(i));
      assertThat(a.or(b).get(i)).isEqualTo(a.get(i) || b.get(i));
      assertThat(a.andNot(b).get(i)).isEqualTo(a.get(i) && !b.get(i));
      assertThat(a.xor(b).get(i)).isEqualTo(a.get(i) ^ b.get(i));
      assertThat(a.complement().get(i)).isNotEqualTo(a.get(i));
    }
    assertThat(a.complement().complement()).isEqualTo(a);
    assertThat(Mask.ones(shape).kept()).isEqualTo(size);
    assertThat(Mask.zeros(shape).kept()).isZero();
    for (Mask mask :
        new Mask[] {
          a, a.and(b), a.or(b), a.xor(b), a.andNot(b), a.complement(), Mask.ones(shape)
        }) {
      assertInvariants(mask);
    }
  }

  @Test
  void densityAndSparsityCountFractions() {
    Mask mask = Mask.of(Shape.of(2, 2), true, false, false, false);
    assertThat(mask.density()).isEqualTo(0.25);
    assertThat(mask.sparsity()).isEqualTo(0.75);
    assertThat(Mask.zeros(Shape.of(0, 3)).density()).isEqualTo(1);
  }

  @Test
  void shapesThatDifferAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mask.ones(Shape.of(2, 3)).and(Mask.ones(Shape.of(3, 2))))
        .withMessage("mask and: the shapes differ, [2, 3] and [3, 2]");
    assertThatIllegalArgumentException().isThrownBy(() -> Mask.of(Shape.of(3), true, false));
  }

  @Test
  void moreThanTwoToTheThirtyOneElementsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mask.zeros(Shape.of(1 << 16, 1 << 15)))
        .withMessageContaining("[65536, 32768] has 2147483648 elements, more than the 2^31 - 1");
  }

  @Test
  void getRefusesAnIndexOutsideTheShape() {
    Mask mask = Mask.ones(Shape.of(5));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> mask.get(5));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> mask.get(-1));
  }

  @Test
  void wordsRoundTripAndDirtyTailsAreRefused() {
    Mask mask = RandomSparse.mask(Shape.of(7, 10), 0.4, 3);
    assertThat(Mask.ofWords(mask.shape(), mask.words())).isEqualTo(mask);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mask.ofWords(Shape.of(3), new long[] {8}))
        .withMessageContaining("zero bits after element 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mask.ofWords(Shape.of(65), new long[] {0}));
    assertThat(Mask.ofWords(Shape.of(64), new long[] {-1}).kept()).isEqualTo(64);
  }

  @Test
  void nonZerosSeesStridedViewsNegativeZeroAndNaN() {
    try (Tensor x = Tensor.of(Shape.of(2, 3), 0f, -0f, Float.NaN, 2f, 0f, -3f)) {
      assertThat(Mask.nonZeros(x).positions()).containsExactly(2, 3, 5);
    }
    try (Tensor x = Tensor.of(Shape.of(3), 0, 7, -1)) {
      assertThat(Mask.nonZeros(x).positions()).containsExactly(1, 2);
    }
  }

  @Test
  void fromGroupsKeepsWholeFilters() {
    Mask mask = Mask.fromGroups(Shape.of(3, 1, 1, 2), new Granularity.Filter(), true, false, true);
    assertThat(mask.positions()).containsExactly(0, 1, 4, 5);
    assertThat(mask.granularity()).isEqualTo(new Granularity.Filter());
    assertThat(mask.perGroupCounts()).containsExactly(2, 0, 2);
    assertInvariants(mask);
  }

  @Test
  void fromGroupsRefusesWrongCountsAndNOfM() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mask.fromGroups(Shape.of(3, 2), new Granularity.Filter(), true))
        .withMessageContaining("has 3 groups of granularity filter but 1 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mask.fromGroups(Shape.of(1, 4), new Granularity.NOfM(2, 4), true))
        .withMessageContaining("keepLargestPerGroup");
  }

  @Test
  void algebraKeepsTheGranularityOnlyWhereItHolds() {
    Shape shape = Shape.of(2, 4);
    Mask filters = Mask.fromGroups(shape, new Granularity.Filter(), true, false);
    assertThat(filters.complement().granularity()).isEqualTo(new Granularity.Filter());
    assertThat(filters.or(filters.complement()).granularity()).isEqualTo(new Granularity.Filter());
    assertThat(filters.and(RandomSparse.mask(shape, 0.5, 4)).granularity())
        .isEqualTo(new Granularity.Element());
    Mask twoOfFour = Mask.of(shape, i -> i % 4 < 2).withGranularity(new Granularity.NOfM(2, 4));
    assertThat(twoOfFour.complement().granularity()).isEqualTo(new Granularity.Element());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mask.ones(shape).withGranularity(new Granularity.NOfM(2, 4)))
        .withMessageContaining("2:4");
  }

  @Test
  void subsetsOfNOfMStaySo() {
    var shared = new Granularity.NOfM(2, 4, 2);
    Mask first = Mask.of(Shape.of(2, 4), i -> i % 4 < 2).withGranularity(shared);
    Mask second = Mask.of(Shape.of(2, 4), i -> i % 4 > 0 && i % 4 < 3).withGranularity(shared);
    assertThat(first.and(second).granularity()).isEqualTo(shared);
    assertThat(first.and(second).conformsTo(shared)).isTrue();
    assertThat(first.andNot(second).granularity()).isEqualTo(shared);
    assertThat(first.or(second).granularity()).isEqualTo(new Granularity.Element());
  }

  @Test
  void rowsThatShareAPatternMustKeepTheSame() {
    Mask mask = Mask.of(Shape.of(2, 4), i -> i == 0 || i == 5);
    assertThat(mask.conformsTo(new Granularity.NOfM(2, 4))).isTrue();
    assertThat(mask.conformsTo(new Granularity.NOfM(2, 4, 2))).isFalse();
  }

  @Test
  void nmCoversTheKeptElements() {
    Mask mask = Mask.of(Shape.of(1, 2, 2, 2), i -> i == 1 || i == 4 || i == 7);
    NmPattern nm = mask.nm(new Granularity.NOfM(2, 4));
    assertThat(nm.positions()).containsExactly(0, 1, 0, 3);
    assertThat(mask.nm(new Granularity.NOfM(2, 4))).isSameAs(nm);
    assertThat(mask.nm(new Granularity.NOfM(3, 8)).positions()).containsExactly(1, 4, 7);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> mask.nm(new Granularity.NOfM(1, 4)))
        .withMessageContaining("hold more than 1 of the columns 4 to 7");
  }

  @Test
  void isConstantPerGroupSeesAHalfKeptBlock() {
    Mask mask = Mask.of(Shape.of(2, 4), true, true, false, false, true, true, false, true);
    assertThat(mask.isConstantPerGroup(new Granularity.Block(2, 2))).isFalse();
    assertThat(mask.isConstantPerGroup(new Granularity.ColumnVector(2))).isFalse();
    assertThat(mask.perGroupCounts(new Granularity.Block(2, 2))).containsExactly(4, 1);
    assertThat(mask.and(mask).isConstantPerGroup(new Granularity.Element())).isTrue();
  }

  @Test
  void csrIsThePatternOfTheMatrixView() {
    Mask mask = Mask.of(Shape.of(2, 2, 1, 2), false, true, false, false, true, false, false, true);
    assertThat(mask.csr()).isEqualTo(CsrPattern.of(2, 4, new int[] {0, 1, 3}, new int[] {1, 0, 3}));
    assertThat(mask.csr()).isSameAs(mask.csr());
    assertThat(mask.csr().transposedFlatPositions()).containsExactly(4, 1, 7);
  }

  @Test
  void bsrCoversTheKeptElements() {
    Mask mask = Mask.of(Shape.of(4, 4), i -> i == 0 || i == 15);
    BsrPattern bsr = mask.bsr(2, 2);
    assertThat(bsr.blocks()).isEqualTo(CsrPattern.of(2, 2, new int[] {0, 1, 2}, new int[] {0, 1}));
    assertThat(mask.bsr(2, 2)).isSameAs(bsr);
    assertThat(mask.bsr(1, 4).blocks().nnz()).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> mask.bsr(3, 2))
        .withMessageContaining("4×4 matrix is not divisible into 3×2 blocks");
  }

  @Test
  void equalityDigestAndHashSeeShapeBitsAndGranularity() {
    Mask a = Mask.of(Shape.of(2, 2), true, true, false, false);
    assertThat(a)
        .isEqualTo(Mask.of(Shape.of(2, 2), i -> i < 2))
        .hasSameHashCodeAs(Mask.of(Shape.of(2, 2), i -> i < 2));
    assertThat(a).isNotEqualTo(Mask.of(Shape.of(4), i -> i < 2));
    assertThat(a).isNotEqualTo(a.withGranularity(new Granularity.Filter()));
    assertThat(a.digest())
        .isEqualTo(a.withGranularity(new Granularity.Filter()).digest())
        .hasSize(64);
    assertThat(a.digest())
        .isNotEqualTo(a.complement().digest())
        .isNotEqualTo(Mask.of(Shape.of(4), i -> i < 2).digest());
  }

  @Test
  void toTensorWritesOnesAndZeros() {
    Mask mask = Mask.of(Shape.of(3), true, false, true);
    for (DType type : DType.values()) {
      try (Tensor tensor = mask.toTensor(type)) {
        assertThat(tensor.dtype()).isEqualTo(type);
        assertThat(tensor.shape()).isEqualTo(mask.shape());
        assertThat(Mask.nonZeros(tensor)).isEqualTo(mask);
        assertThat(tensor.get(2)).isEqualTo(1);
      }
    }
  }

  @Test
  void violationsCountsPrunedElementsThatAreNotZero() {
    Mask mask = Mask.of(Shape.of(4), true, false, false, true);
    try (Tensor x = Tensor.of(Shape.of(4), 0f, 5f, -0f, 1f)) {
      assertThat(mask.violations(x)).isEqualTo(1);
    }
  }

  @Test
  void applyWritesExactZerosEvenOverInfinityAndNaN() {
    Mask mask = Mask.of(Shape.of(2, 2), true, false, false, true);
    float inf = Float.POSITIVE_INFINITY;
    try (Tensor x = Tensor.of(Shape.of(2, 2), 1f, inf, Float.NaN, inf);
        Tensor out = mask.apply(x)) {
      assertThat(out.toFloatArray()).containsExactly(1f, 0f, 0f, inf);
      int version = x.version();
      assertThat(mask.applyInPlace(x)).isSameAs(x);
      assertThat(x.toFloatArray()).containsExactly(1f, 0f, 0f, inf);
      assertThat(x.version()).isNotEqualTo(version);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 131})
  void applyMatchesBitsForEverySize(int size) {
    Mask mask = RandomSparse.mask(Shape.of(size), 0.5, 7);
    try (Tensor x = Tensor.full(DType.FLOAT64, Shape.of(size), 3);
        Tensor out = mask.apply(x)) {
      double[] expected = IntStream.range(0, size).mapToDouble(i -> mask.get(i) ? 3 : 0).toArray();
      assertThat(out.toDoubleArray()).isEqualTo(expected);
    }
  }

  @Test
  void applyTakesStridedTensorsInTheirOwnOrder() {
    Mask mask = Mask.of(Shape.of(2, 3), true, false, true, false, true, false);
    try (Tensor x = Tensor.of(Shape.of(3, 2), 1f, 2f, 3f, 4f, 5f, 6f);
        Tensor view = x.transpose();
        Tensor out = mask.apply(view)) {
      assertThat(out.toFloatArray()).containsExactly(1, 0, 5, 0, 4, 0);
      mask.applyInPlace(view);
      assertThat(x.toFloatArray()).containsExactly(1, 0, 0, 4, 5, 0);
    }
  }

  @Test
  void applyRefusesOtherShapesAndTypes() {
    Mask mask = Mask.ones(Shape.of(2));
    try (Tensor x = Tensor.of(Shape.of(3), 1f, 2f, 3f);
        Tensor ints = Tensor.of(Shape.of(2), 1, 2)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mask.apply(x))
          .withMessage("mask apply: the mask has shape [2] but the tensor [3]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mask.apply(ints))
          .withMessageContaining("float32 or float64 tensor but it is int32");
    }
  }
}
