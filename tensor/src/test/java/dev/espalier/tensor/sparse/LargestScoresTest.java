package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LargestScoresTest {
  /** The k first of a stable sort by falling score. */
  private static int[] bySorting(float[] scores, int k) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparing(i -> -scores[i]))
        .limit(k)
        .mapToInt(i -> i)
        .sorted()
        .toArray();
  }

  private static int[] kept(float[] scores, int k) {
    try (Tensor tensor = Tensor.of(Shape.of(scores.length), scores)) {
      return Mask.keepLargest(tensor, k).positions();
    }
  }

  @Test
  void keepsWhatAStableSortKeepsForEveryK() {
    Random random = new Random(5);
    float[] scores = new float[131];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) random.nextGaussian();
    }
    for (int k = 0; k <= scores.length; k++) {
      assertThat(kept(scores, k)).isEqualTo(bySorting(scores, k));
    }
  }

  @Test
  void tiesGoToTheLowestIndex() {
    Random random = new Random(6);
    float[] scores = new float[100];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextInt(3) - 1;
    }
    for (int k = 0; k <= scores.length; k++) {
      assertThat(kept(scores, k)).isEqualTo(bySorting(scores, k));
    }
    assertThat(kept(new float[] {7, 7, 7, 7}, 2)).containsExactly(0, 1);
  }

  @Test
  void bothZerosAreEqualAndInfinitiesHaveTheirPlace() {
    assertThat(kept(new float[] {-0f, 0f, -0f}, 1)).containsExactly(0);
    float inf = Float.POSITIVE_INFINITY;
    assertThat(kept(new float[] {-inf, 1, inf, -1}, 2)).containsExactly(1, 2);
    assertThat(kept(new float[] {-inf, 1, inf, -1}, 3)).containsExactly(1, 2, 3);
  }

  @Test
  void doublesThatDifferInTheLastBitAreTold() {
    double one = 1;
    try (Tensor scores = Tensor.of(Shape.of(3), one, Math.nextUp(one), Math.nextDown(one))) {
      assertThat(Mask.keepLargest(scores, 1).positions()).containsExactly(1);
      assertThat(Mask.keepLargest(scores, 2).positions()).containsExactly(0, 1);
    }
  }

  @Test
  void severalTensorsAreRankedTogether() {
    try (Tensor a = Tensor.of(Shape.of(2, 2), 1f, 9f, 3f, 4f);
        Tensor b = Tensor.of(Shape.of(3), 4.0, 0.5, 8.0)) {
      List<Mask> masks = Mask.keepLargest(List.of(a, b), 3);
      assertThat(masks.get(0).positions()).containsExactly(1, 3);
      assertThat(masks.get(1).positions()).containsExactly(2);
      assertThat(masks.get(0).shape()).isEqualTo(a.shape());
    }
  }

  @Test
  void emptyTensorsKeepNothing() {
    assertThat(kept(new float[0], 0)).isEmpty();
  }

  @Test
  void nanIsRefusedWithItsPosition() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kept(new float[] {1, 2, Float.NaN}, 1))
        .withMessageContaining("flat index 2 is NaN");
    assertThatIllegalArgumentException().isThrownBy(() -> kept(new float[] {Float.NaN}, 0));
  }

  @Test
  void kOutsideTheSizeAndIntegerScoresAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kept(new float[] {1}, 2))
        .withMessageContaining("k must lie in [0, 1], the number of scores, but is 2");
    assertThatIllegalArgumentException().isThrownBy(() -> kept(new float[] {1}, -1));
    try (Tensor scores = Tensor.of(Shape.of(1), 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Mask.keepLargest(scores, 1))
          .withMessageContaining("floating-point but are int32");
    }
  }

  @Test
  void perGroupKeepsTheLargestTwoOfFour() {
    try (Tensor scores = Tensor.of(Shape.of(2, 4), 1f, 4f, 2f, 3f, 5f, 5f, 5f, 6f)) {
      Mask mask = Mask.keepLargestPerGroup(scores, new Granularity.NOfM(2, 4));
      assertThat(mask.positions()).containsExactly(1, 3, 4, 7);
      assertThat(mask.granularity().name()).isEqualTo("2:4");
      assertThat(mask.perGroupCounts()).containsExactly(2, 2);
    }
  }

  @Test
  void rowsOfOnePatternAreRankedByTheirSums() {
    float[] values = {1, 4, 2, 3, 9, 0, 8, 0, /* */ 5, 0, 3, 3, 0, 7, 0, 9};
    try (Tensor scores = Tensor.of(Shape.of(2, 8), values)) {
      Mask mask = Mask.keepLargestPerGroup(scores, new Granularity.NOfM(2, 4, 2));
      assertThat(mask.positions()).containsExactly(0, 3, 4, 7, 8, 11, 12, 15);
      assertThat(mask.perGroupCounts()).containsExactly(4, 4);
    }
    float infinity = Float.POSITIVE_INFINITY;
    try (Tensor scores = Tensor.of(Shape.of(2, 2), infinity, 1, -infinity, 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Mask.keepLargestPerGroup(scores, new Granularity.NOfM(1, 2, 2)))
          .withMessageContaining("flat index 0 is NaN");
    }
  }
}
