package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The channels before the classifier, and class activation maps, which rank them. */
final class LastChannelStructureTest {
  private static List<String> names(Module module, Tensor x) {
    Structure structure = new LastChannelStructure();
    return structure.groups(module, x).stream().map(GroupSet::name).toList();
  }

  @Test
  void onlyWhatTheClassifierReadsIsPruned() {
    assertThat(names(Nets.zoo("vgg-tiny"), Nets.inputs("vgg-tiny", 2)))
        .containsExactly("17.weight");
    assertThat(names(Nets.zoo("lenet-5"), Nets.inputs("lenet-5", 2))).containsExactly("fc1.weight");
    assertThat(names(Nets.zoo("resnet-8"), Nets.inputs("resnet-8", 2)))
        .as("a residual stream")
        .singleElement()
        .asString()
        .contains("+");
    assertThat(new LastChannelStructure().leftAlone(Nets.zoo("lenet-5"), Nets.inputs("lenet-5", 2)))
        .containsEntry("conv1.weight", "is not read by the classifier");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                names(
                    new Sequential(new Linear(2, 2, new Generator(1))),
                    Nets.inputs(Shape.of(2), 2)))
        .withMessageContaining("last-channel pruning");
  }

  @Test
  void classActivationMapsRankThem() {
    Module module = Nets.zoo("vgg-tiny");
    Tensor x = Nets.inputs("vgg-tiny", 4);
    var sample = ScoringContext.Sample.withoutMeaning(x);
    var pruner = new Pruner(module, Methods.get("cam"), x, new Generator(1)).withData(sample);
    pruner.requireRanked(sample);
    pruner.pruneToDensity(0.5);
    assertThat(module.namedParameters().get("17.weight").kept()).isEqualTo(32 * 64 * 9);
    assertThat(module.namedParameters().get("23.weight").kept()).isEqualTo(32 * 10);
    assertThat(module.namedParameters().get("14.weight").mask()).isNull();
    module.close();
  }
}
