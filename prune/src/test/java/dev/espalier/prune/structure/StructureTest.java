package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Place;
import dev.espalier.prune.Score;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ElementStructure and FilterStructure. */
class StructureTest {
  private final Linear first = Nets.linear(1, 2, 1, 2);
  private final BatchNorm1d norm = new BatchNorm1d(2);
  private final Linear last = Nets.linear(2, 3, 1, 2, 3, 4, 5, 6);
  private final Module module = new Sequential(first, norm, new ReLU(), last);
  private final Tensor example = Nets.inputs(Shape.of(1), 1);

  @Test
  void everyElementIsAGroupOfItsLayer() {
    List<GroupSet> sets = new ElementStructure().groups(module, example);
    assertThat(sets).extracting(GroupSet::name).containsExactly("0.weight", "3.weight");
    assertThat(sets).extracting(GroupSet::count).containsExactly(2, 6);
    assertThat(sets).extracting(GroupSet::place).containsExactly(Place.INNER, Place.CLASSIFIER);
    Tensor scores = Tensor.of(Shape.of(3, 2), 9f, 8f, 7f, 6f, 5f, 4f);
    assertThat(
            sets.get(1)
                .scores(new Score.Elements("test", Map.of("3.weight", scores)), Aggregation.SUM)
                .toDoubleArray())
        .containsExactly(9, 8, 7, 6, 5, 4);
    Mask kept = Mask.of(Shape.of(6), i -> i % 2 == 0);
    assertThat(sets.get(1).masks(kept))
        .containsExactly(Map.entry(last.weight(), Mask.of(Shape.of(3, 2), i -> i % 2 == 0)));
  }

  @Test
  void aFilterIsScoredByItsRow() {
    GroupSet set = new FilterStructure().groups(module, example).getFirst();
    Map<String, Tensor> scores =
        Map.of(
            "0.weight", Tensor.of(Shape.of(2, 1), 5f, 7f),
            "3.weight", Tensor.of(Shape.of(3, 2), 100f, 100f, 100f, 100f, 100f, 100f));
    assertThat(set.count()).isEqualTo(2);
    assertThat(set.place()).isEqualTo(Place.INNER);
    assertThat(set.scores(new Score.Elements("test", scores), Aggregation.SUM).toDoubleArray())
        .containsExactly(5, 7);
  }

  @Test
  void aFilterTakesEverythingAlongThatHangsOnIt() {
    GroupSet set = new FilterStructure().groups(module, example).getFirst();
    Map<Parameter, Mask> masks = set.masks(Mask.of(Shape.of(2), true, false));
    assertThat(masks).containsOnlyKeys(first.weight(), norm.weight(), norm.bias(), last.weight());
    var row = new Granularity.Filter();
    assertThat(masks.get(first.weight()))
        .isEqualTo(Mask.of(Shape.of(2, 1), true, false).withGranularity(row));
    assertThat(masks.get(norm.bias()))
        .isEqualTo(Mask.of(Shape.of(2), true, false).withGranularity(row));
    assertThat(masks.get(last.weight()))
        .isEqualTo(
            Mask.of(Shape.of(3, 2), i -> i % 2 == 0).withGranularity(new Granularity.Channel()));
  }

  @Test
  void aFilterIsDeadWhenEverythingThatMakesItIsMasked() {
    GroupSet set = new FilterStructure().groups(module, example).getFirst();
    Mask one = Mask.of(Shape.of(2), true, false);
    first.weight().setMask(Mask.of(Shape.of(2, 1), true, false), MaskMode.HARD);
    assertThat(set.alive()).isEqualTo(Mask.ones(Shape.of(2)));
    norm.weight().setMask(one, MaskMode.HARD);
    norm.bias().setMask(one, MaskMode.HARD);
    assertThat(set.alive()).isEqualTo(one);
  }

  @Test
  void aModelWithoutRemovableChannelsIsRefusedWithTheReasons() {
    assertThatThrownBy(() -> new FilterStructure().groups(Nets.linear(1, 1, 1), example))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("filter pruning", "the model's input", "the model's output");
  }
}
