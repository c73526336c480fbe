package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.Sigmoid;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.surgery.ShrinkPlan;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;

class BranchStructureTest {
  private static final Tensor EXAMPLE = Nets.inputs(Shape.of(1), 3);
  private final Linear weak = Nets.linear(1, 1, 0.25f);
  private final Linear strong = Nets.linear(1, 1, 4);

  private final Residual first = new Residual(weak, null);
  private final Residual second =
      new Residual(new Sequential(strong, new BatchNorm1d(1)), Nets.linear(1, 1, 3));
  private final Module module = new Sequential(first, new ReLU(), second, Nets.linear(1, 1, 5));

  @Test
  void allBranchesAreRankedTogether() {
    List<GroupSet> sets = new BranchStructure().groups(module, EXAMPLE);
    assertThat(sets).singleElement().extracting(GroupSet::name).isEqualTo("0.body+2.body");
    GroupSet set = sets.getFirst();
    assertThat(set.masks(Mask.of(Shape.of(2), false, true)))
        .containsEntry(
            weak.weight(), Mask.zeros(Shape.of(1, 1)).withGranularity(new Granularity.Layer()));
  }

  @Test
  void aDeadBranchBecomesTheShortcut() {
    var method = Nets.method(new BranchStructure(), new Magnitude(), RankingScope.LOCAL);
    new Pruner(module, method, EXAMPLE, new Generator(1)).pruneToDensity(0.5);
    assertThat(weak.weight().mask().kept()).isZero();
    assertThat(strong.weight().mask()).isNull();
    assertThat(new BranchStructure().groups(module, EXAMPLE).getFirst().alive())
        .isEqualTo(Mask.of(Shape.of(2), false, true));
    Tensor masked = Nets.outputs(module, EXAMPLE);
    ShrinkPlan plan = Surgery.shrink(module, EXAMPLE);
    assertThat(plan.removedBranches()).containsExactly("0.body");
    assertThat(module.namedParameters().keySet())
        .containsExactly(
            "2.body.0.weight", "2.body.1.weight", "2.body.1.bias", "2.shortcut.weight", "3.weight");
    Nets.assertClose(Nets.outputs(module, EXAMPLE), masked, 1e-6);
  }

  @Test
  void whatCannotVanishIsLeftAloneWithTheReason() {
    Linear shared = Nets.linear(1, 1, 2);
    Module mixed =
        new Sequential(
            new Residual(new Sequential(Nets.linear(1, 1, 1), new Sigmoid()), null),
            new Residual(shared, null),
            new Residual(new ReLU(), null),
            shared,
            new Residual(weak, null));
    var structure = new BranchStructure();
    assertThat(structure.groups(mixed, EXAMPLE).getFirst().name()).isEqualTo("4.body");
    assertThat(structure.leftAlone(mixed, EXAMPLE))
        .containsEntry("0.body", "operation 'sigmoid' at its end is not zero when its weights are")
        .containsEntry("1.body", "its '3.weight' is used outside of it")
        .containsEntry("2.body", "it has no weights")
        .hasSize(3);
  }

  @Test
  void branchesInsideBranchesGoWithThem() {
    Module nested = new Residual(new Sequential(first, strong), null);
    GroupSet set = new BranchStructure().groups(nested, EXAMPLE).getFirst();
    assertThat(set.name()).isEqualTo("body");
    assertThat(set.masks(Mask.zeros(Shape.of(1)))).containsOnlyKeys(weak.weight(), strong.weight());
  }

  @Test
  void aModelWithoutBranchesIsRefused() {
    assertThatThrownBy(() -> new BranchStructure().groups(weak, EXAMPLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("branch pruning", "no residual block");
  }
}
