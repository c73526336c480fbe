package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static Tensor scores(float... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  private static List<List<Integer>> positions(List<Mask> masks) {
    return masks.stream().map(m -> Arrays.stream(m.positions()).boxed().toList()).toList();
  }

  @Test
  void localKeepsTheShareOfEachSet() {
    List<Mask> kept =
        Selection.local(
            List.of(scores(4, 1, 3, 2), scores(10, 40, 30, 20)), new double[] {0.5, 0.25}, 1, 1);
    assertThat(positions(kept)).containsExactly(List.of(0, 2), List.of(1));
  }

  @Test
  void globalRanksAllSetsTogether() {
    List<Mask> kept =
        Selection.global(List.of(scores(4, 1, 3, 2), scores(10, 2.5f, 0, 0)), 0.5, 1, 1);
    assertThat(positions(kept)).containsExactly(List.of(0, 2), List.of(0, 1));
  }

  @Test
  void tiesGoToTheLowestIndexOfTheEarliestSet() {
    List<Mask> kept = Selection.global(List.of(scores(1, 1, 1), scores(1, 1, 1)), 4.0 / 6, 1, 1);
    assertThat(positions(kept)).containsExactly(List.of(0, 1, 2), List.of(0));
    kept = Selection.local(List.of(scores(5, 5, 5, 5)), new double[] {0.5}, 1);
    assertThat(positions(kept)).containsExactly(List.of(0, 1));
  }

  @Test
  void noSetBecomesEmpty() {
    List<Mask> kept = Selection.global(List.of(scores(9, 8, 7), scores(1, 3, 2)), 0.5, 1, 1);
    assertThat(positions(kept)).containsExactly(List.of(0, 1, 2), List.of(1));
    kept = Selection.local(List.of(scores(1, 3, 2)), new double[] {0}, 1);
    assertThat(positions(kept)).containsExactly(List.of(1));
  }

  @Test
  void theNumberKeptIsRounded() {
    assertThat(Selection.keepCount(10, 0.24, 1)).isEqualTo(2);
    assertThat(Selection.keepCount(10, 0.25, 1)).isEqualTo(3);
    assertThat(Selection.keepCount(10, 0, 1)).isEqualTo(1);
    assertThat(Selection.keepCount(10, 1, 1)).isEqualTo(10);
    assertThat(Selection.keepCount(0, 0.5, 1)).isZero();
  }

  @Test
  void aSetMayBecomeEmptyIfAsked() {
    List<Mask> kept = Selection.global(List.of(scores(9, 8, 7), scores(1, 3, 2)), 0.5, 0, 0);
    assertThat(positions(kept)).containsExactly(List.of(0, 1, 2), List.of());
    assertThat(Selection.keepCount(10, 0.04, 0)).isZero();
  }

  @Test
  void aThresholdKeepsWhatReachesItAndTheBestOtherwise() {
    assertThat(positions(List.of(Selection.atLeast(scores(1, 3, 2), 2, 1))))
        .containsExactly(List.of(1, 2));
    assertThat(positions(List.of(Selection.atLeast(scores(1, 3, 2), 4, 1))))
        .containsExactly(List.of(1));
    assertThat(Selection.atLeast(scores(1, 3, 2), 4, 0).kept()).isZero();
  }
}
