package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.Shape;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GranularityTest {
  private static final Shape LINEAR = Shape.of(4, 6);
  private static final Shape CONV = Shape.of(2, 3, 2, 2);

  private static long[] groups(Granularity granularity, Shape shape) {
    Tiling tiling = granularity.over(shape);
    return IntStream.range(0, (int) shape.size()).mapToLong(tiling::tileOf).toArray();
  }

  @Test
  void rowVectorsAreNeighboursInARow() {
    assertThat(groups(new Granularity.RowVector(3), LINEAR))
        .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7);
  }

  @Test
  void columnVectorsAreNeighboursInAColumn() {
    assertThat(groups(new Granularity.ColumnVector(2), LINEAR))
        .containsExactly(
            0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 6, 7, 8, 9, 10, 11);
  }

  @Test
  void blocksAreNumberedRowMajor() {
    assertThat(groups(new Granularity.Block(2, 3), LINEAR))
        .containsExactly(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3);
  }

  @Test
  void neighboursOfRowsThatShareAPatternAreOneGroup() {
    assertThat(groups(new Granularity.NOfM(1, 3), LINEAR))
        .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7);
    assertThat(groups(new Granularity.NOfM(1, 3, 2), LINEAR))
        .containsExactly(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3);
    assertThat(new Granularity.NOfM(1, 3, 3).refusal(LINEAR)).isPresent();
  }

  @Test
  void kernelsFiltersAndChannelsOfAConvolution() {
    assertThat(groups(new Granularity.Kernel(), CONV))
        .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5);
    assertThat(groups(new Granularity.Filter(), CONV))
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assertThat(groups(new Granularity.Channel(), CONV))
        .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2);
  }

  @Test
  void channelsOfALinearWeightAreColumns() {
    assertThat(groups(new Granularity.Channel(), Shape.of(2, 3))).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void filtersOfAVectorAreItsElements() {
    assertThat(groups(new Granularity.Filter(), Shape.of(3))).containsExactly(0, 1, 2);
  }

  @Test
  void layerIsOneGroupAndElementsAreOneEach() {
    assertThat(new Granularity.Layer().groupCount(CONV)).isEqualTo(1);
    assertThat(new Granularity.Element().groupCount(CONV)).isEqualTo(24);
    assertThat(new Granularity.Element().groupOf(CONV, 17)).isEqualTo(17);
    assertThat(new Granularity.Layer().groupCount(Shape.SCALAR)).isEqualTo(1);
  }

  @Test
  void emptyShapesHaveNoGroups() {
    assertThat(new Granularity.Layer().groupCount(Shape.of(0, 5))).isZero();
    assertThat(new Granularity.Filter().groupCount(Shape.of(5, 0))).isZero();
    assertThat(new Granularity.Channel().groupCount(Shape.of(5, 0))).isZero();
    assertThat(new Granularity.Block(2, 2).groupCount(Shape.of(0, 0))).isZero();
  }

  @Test
  void refusalNamesGranularityShapeAndRule() {
    assertThat(new Granularity.Block(3, 2).refusal(LINEAR))
        .hasValueSatisfying(
            text -> assertThat(text).contains("block-3x2", "[4, 6]", "not divisible into 3×2"));
    assertThat(new Granularity.NOfM(2, 4).refusal(LINEAR)).isPresent();
    assertThat(new Granularity.NOfM(2, 3).refusal(LINEAR)).isEmpty();
    assertThat(new Granularity.Kernel().refusal(LINEAR))
        .hasValue("granularity kernel: needs rank 4 but the shape is [4, 6]");
    assertThat(new Granularity.Channel().refusal(Shape.of(3)))
        .hasValue("granularity channel: needs rank >= 2 but the shape is [3]");
    assertThatIllegalArgumentException().isThrownBy(() -> new Granularity.Kernel().over(LINEAR));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "element",
        "row-vector-4",
        "column-vector-8",
        "block-4x8",
        "2:4",
        "2:4x4",
        "kernel",
        "filter",
        "channel",
        "layer"
      })
  void parseReadsTheNameBack(String name) {
    assertThat(Granularity.parse(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Element",
        "row-vector-",
        "row-vector-0",
        "block-4",
        "block-4:8",
        "4x8",
        "5:4",
        "0:4",
        "2:4x0",
        "2:4:4",
        "2x4x4",
        "block-4x8x2",
        "row-vector-4x2",
        "2:99999999999"
      })
  void parseRefusesOtherNames(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> Granularity.parse(name));
  }
}
