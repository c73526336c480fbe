package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Structure;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

/** Vectors, blocks, kernels and filter shapes: tiles of the matrix view of one weight. */
class TileStructuresTest {
  private final Conv2d conv = new Conv2d(2, 2, 1, 2, ConvSpec.of(1, 0), false, new Generator(1));
  private final Linear linear = new Linear(6, 3, false, new Generator(2));
  private final Module module = new Sequential(conv, new Flatten(), linear);

  /** Prunes both layers to half of their groups; the convolution's weight is 2 × (2·1·2). */
  private Mask pruned(Structure structure) {
    conv.weight()
        .tensor()
        .copyFrom(Tensor.of(conv.weight().shape(), 1f, -8f, 2f, 3f, 4f, 5f, 9f, 2f));
    var method = Nets.method(structure, new Magnitude(), RankingScope.LOCAL);
    new Pruner(module, method, Nets.inputs(Shape.of(2, 1, 4), 1), new Generator(1))
        .pruneToDensity(0.5);
    return conv.weight().mask();
  }

  private static Mask mask(Granularity granularity, int... kept) {
    return Mask.of(Shape.of(2, 2, 1, 2), i -> kept[i] == 1).withGranularity(granularity);
  }

  @Test
  void rowVectorsAreNeighboursOfOneRow() {
    // |pairs| add up to 9, 5 and 9, 11
    assertThat(pruned(new RowVectorStructure(2)))
        .isEqualTo(mask(new Granularity.RowVector(2), 1, 1, 0, 0, 0, 0, 1, 1));
    assertThat(linear.weight().mask().granularity()).isEqualTo(new Granularity.RowVector(2));
  }

  @Test
  void columnVectorsAreNeighboursOfOneColumn() {
    // |columns| add up to 5, 13, 11, 5
    assertThat(pruned(new ColumnVectorStructure(2)))
        .isEqualTo(mask(new Granularity.ColumnVector(2), 0, 1, 1, 0, 0, 1, 1, 0));
    assertThat(linear.weight().mask()).as("three rows are no pairs").isNull();
    assertThat(new ColumnVectorStructure(2).leftAlone(module, null))
        .hasEntrySatisfying("2.weight", why -> assertThat(why).contains("not divisible"))
        .hasSize(1);
  }

  @Test
  void blocksAreTilesOfTheMatrixView() {
    // |blocks| add up to 18, 16
    assertThat(pruned(new BlockStructure(2, 2)))
        .isEqualTo(mask(new Granularity.Block(2, 2), 1, 1, 0, 0, 1, 1, 0, 0));
  }

  @Test
  void kernelsAreWhatAFilterSeesOfOneChannel() {
    assertThat(pruned(new KernelStructure()))
        .isEqualTo(mask(new Granularity.Kernel(), 1, 1, 0, 0, 0, 0, 1, 1));
    assertThat(new KernelStructure().leftAlone(module, null)).containsOnlyKeys("2.weight");
  }

  @Test
  void filterShapesAreTheSamePlaceOfAllFilters() {
    assertThat(pruned(new FilterShapeStructure()))
        .isEqualTo(mask(new Granularity.ColumnVector(2), 0, 1, 1, 0, 0, 1, 1, 0));
    assertThat(new FilterShapeStructure().leftAlone(module, null))
        .hasEntrySatisfying("2.weight", why -> assertThat(why).contains("[3, 6]"));
  }

  @Test
  void weightsThatArePrunedAsTheyAreLeaveNothingAlone() {
    assertThat(new ElementStructure().leftAlone(module, null)).isEmpty();
    assertThat(new NmStructure(new Granularity.NOfM(2, 4)).leftAlone(module, null))
        .containsOnlyKeys("2.weight");
  }

  @Test
  void groupsWithNothingLeftAreDead() {
    conv.weight()
        .setMask(Mask.of(conv.weight().shape(), i -> i < 3), MaskMode.HARD); // of 4 pairs: 1, ½
    GroupSet set = new RowVectorStructure(2).groups(module, null).getFirst();
    assertThat(set.alive()).isEqualTo(Mask.of(Shape.of(4), true, true, false, false));
  }

  @Test
  void aModelWithoutSuchGroupsIsRefusedWithTheReasons() {
    for (Structure structure :
        new Structure[] {
          new KernelStructure(), new FilterShapeStructure(), new BlockStructure(4, 4)
        }) {
      assertThatThrownBy(() -> structure.groups(linear, Nets.inputs(Shape.of(6), 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(structure.name(), "weight: ", "[3, 6]");
    }
    assertThatThrownBy(() -> new RowVectorStructure(0).name())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesSayTheSizes() {
    assertThat(new RowVectorStructure(4).name()).isEqualTo("row-vector-4");
    assertThat(new ColumnVectorStructure(8).name()).isEqualTo("column-vector-8");
    assertThat(new BlockStructure(4, 8).name()).isEqualTo("block-4x8");
  }
}
