package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Score;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class CustomStructureTest {
  private final Linear first = Nets.linear(2, 2, 1, 2, 3, 4);
  private final Linear last = Nets.linear(2, 1, 5, 6);
  private final Module module = new Sequential(first, last);

  /** Groups of the first layer only. */
  private CustomStructure structure(IntUnaryOperator groupOf) {
    return new CustomStructure(
        "own", w -> w.name().equals("0.weight") ? Optional.of(groupOf) : Optional.empty());
  }

  @Test
  void groupsAreWhatTheFunctionSays() {
    // the diagonal, the rest, and one that always stays
    GroupSet set = structure(flat -> new int[] {0, 1, -1, 0}[flat]).groups(module, null).getFirst();
    assertThat(set.count()).isEqualTo(2);
    Tensor scores = Tensor.of(Shape.of(2, 2), 1f, 2f, 4f, 8f);
    var score = new Score.Elements("test", Map.of("0.weight", scores));
    assertThat(set.scores(score, Aggregation.SUM).toDoubleArray()).containsExactly(9, 2);
    Map<Parameter, Mask> masks = set.masks(Mask.of(Shape.of(2), false, true));
    assertThat(masks)
        .containsExactly(
            Map.entry(first.weight(), Mask.of(Shape.of(2, 2), false, true, true, false)));
  }

  @Test
  void otherLayersAreLeftAlone() {
    CustomStructure structure = structure(flat -> flat);
    assertThat(structure.groups(module, null)).hasSize(1);
    assertThat(structure.leftAlone(module, null)).containsOnlyKeys("1.weight");
  }

  @Test
  void gapsAndNumbersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> structure(flat -> 2 * (flat / 2)).groups(module, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("own pruning: group 1 of '0.weight' has no element, but group 2 has");
    assertThatThrownBy(() -> structure(flat -> flat - 2).groups(module, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("element 0 of '0.weight' is in group -2");
    assertThatThrownBy(() -> new CustomStructure("own", _ -> Optional.empty()).groups(module, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("own pruning", "[0.weight, 1.weight]");
  }
}
