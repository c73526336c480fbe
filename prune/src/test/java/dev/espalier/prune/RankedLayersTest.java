package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.score.Apoz;
import dev.espalier.prune.score.BatchNormScale;
import dev.espalier.prune.score.Cam;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.TaylorActivation;
import dev.espalier.prune.structure.BranchStructure;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scorers of some kinds of layers and models without them. */
final class RankedLayersTest {
  private static void require(
      Module module, Tensor x, Structure structure, Scorer scorer, String... protect) {
    Method method = Nets.method(structure, scorer, RankingScope.LOCAL).protecting(List.of(protect));
    new Pruner(module, method, x, new Generator(1))
        .requireRanked(ScoringContext.Sample.withoutMeaning(x));
  }

  private static void require(String model, Structure structure, Scorer scorer) {
    require(Nets.zoo(model), Nets.inputs(model, 4), structure, scorer);
  }

  @Test
  void layersOfAnotherKindAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> require("lenet-5", new FilterStructure(), new BatchNormScale()))
        .withMessageContainingAll(
            "scorer 'bn-scale' ranks only channels that a batch normalisation scales, and there are"
                + " none in 'conv1.weight', 'conv2.weight', 'fc1.weight'",
            "use another scorer or another model");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> require("vgg-tiny", new FilterStructure(), new Cam()))
        .withMessageContainingAll(
            "scorer 'cam' ranks only channels", "none in '0.weight', '3.weight'")
        .withMessageEndingWith("protect these layers, or use another scorer");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> require("lenet-5", new FilterStructure(), new Apoz()))
        .withMessageContainingAll("'apoz'", "'conv1.weight' do not end in a ReLU");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> require("lenet-5", new ElementStructure(), new TaylorActivation()))
        .withMessageContainingAll("'taylor' ranks whole channels", "'element'", "'conv1.weight'");
  }

  @Test
  void whatIsProtectedNeedsNoScore() {
    Module module =
        new Sequential(
            Nets.linear(2, 2, 1, 0, 0, 1),
            new BatchNorm1d(2),
            new ReLU(),
            Nets.linear(2, 2, 1, 2, 3, 4),
            new ReLU(),
            Nets.linear(2, 2, 1, 2, 3, 4));
    Tensor x = Nets.inputs(Shape.of(2), 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> require(module, x, new FilterStructure(), new BatchNormScale()))
        .withMessageContaining("there are none in '3.weight'; protect these layers");
    assertThatCode(() -> require(module, x, new FilterStructure(), new BatchNormScale(), "3"))
        .doesNotThrowAnyException();
  }

  @Test
  void scorersOfEveryWeightFitEveryModel() {
    assertThatCode(() -> require("lenet-5", new ElementStructure(), new Magnitude()))
        .doesNotThrowAnyException();
    assertThatCode(() -> require("resnet-8", new BranchStructure(), new TaylorActivation()))
        .doesNotThrowAnyException();
  }
}
