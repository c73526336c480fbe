package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.structure.BranchStructure;
import dev.espalier.prune.structure.FilterShapeStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.HeadStructure;
import dev.espalier.prune.structure.KernelStructure;
import dev.espalier.prune.structure.LastChannelStructure;
import dev.espalier.prune.structure.MaxoutStructure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MethodsTest {
  @Test
  void theProtocolsMethodsAreRegistered() {
    assertThat(Methods.all())
        .extracting(Method::name)
        .contains(
            "global-magnitude",
            "layer-magnitude",
            "gradual-magnitude",
            "iterative-magnitude",
            "filter-magnitude",
            "nm-2:4",
            "nm-2:4x4",
            "random")
        .doesNotHaveDuplicates();
    assertThat(Methods.all()).allMatch(m -> Methods.get(m.name()).equals(m));
  }

  @Test
  void aMethodIsAPointOnTheFourAxes() {
    Method gradual = Methods.get("gradual-magnitude");
    assertThat(gradual.schedule()).isInstanceOf(Cubic.class);
    assertThat(gradual.scope()).isEqualTo(RankingScope.LOCAL);
    assertThat(gradual.floors()).isEqualTo(new Floors(0.5, 0.25));
    Method filters = Methods.get("filter-magnitude");
    assertThat(filters.structure()).isEqualTo(new FilterStructure());
    assertThat(filters.schedule()).isEqualTo(new OneShot());
    assertThat(Methods.get("global-magnitude").floors()).isEqualTo(Floors.WHOLE_CLASSIFIER);
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Methods.get("magic"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'magic'", "known are", " others");
  }

  @Test
  void floorsAreShares() {
    for (double floor : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new Floors(0, floor))
          .hasMessageContainingAll("[0, 1]", Double.toString(floor));
      assertThatThrownBy(() -> new Floors(floor, 0)).hasMessageContaining(Double.toString(floor));
    }
  }

  @Test
  void theStemIsAConvolutionThatReadsTheInput() {
    assertThat(PrunableWeight.of(Nets.zoo("lenet-5")))
        .extracting(PrunableWeight::place)
        .containsExactly(Place.STEM, Place.INNER, Place.INNER, Place.CLASSIFIER);
    assertThat(PrunableWeight.of(Nets.zoo("lenet-300-100")))
        .extracting(PrunableWeight::place)
        .containsExactly(Place.INNER, Place.INNER, Place.CLASSIFIER);
  }

  @Test
  void theClassifierIsTheLastLinearLayer() {
    assertThat(PrunableWeight.of(Nets.zoo("vgg-tiny")))
        .filteredOn(weight -> weight.place() == Place.CLASSIFIER)
        .extracting(PrunableWeight::name)
        .containsExactly("23.weight");
    assertThat(PrunableWeight.of(Nets.zoo("lenet-5")))
        .extracting(PrunableWeight::name)
        .containsExactly("conv1.weight", "conv2.weight", "fc1.weight", "fc2.weight");
  }

  /**
   * No model of the zoo has attention heads, residual branches are too few to halve one, and so are
   * the channels before a classifier.
   */
  static List<Method> oneShot() {
    return Methods.all().stream()
        .filter(m -> m.schedule() instanceof Schedule.Rounds)
        .filter(m -> !(m.structure() instanceof HeadStructure))
        .filter(m -> !(m.structure() instanceof BranchStructure))
        .filter(m -> !(m.structure() instanceof LastChannelStructure))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("oneShot")
  void everyMethodHalvesAModel(Method method) {
    String name =
        switch (method.structure()) {
          case FilterStructure _, KernelStructure _, FilterShapeStructure _ -> "vgg-tiny";
          case MaxoutStructure _ -> "maxout-100";
          default -> "lenet-300-100";
        };
    Module module = Nets.zoo(name);
    Tensor inputs = Nets.inputs(name, 8);
    Tensor labels = Tensor.of(Shape.of(8), 0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    new Pruner(module, method, inputs, new Generator(7))
        .withData(new ScoringContext.Sample(inputs, labels, new CrossEntropy()))
        .pruneToRatio(2);
    double achieved = (double) Nets.parameters(module) / Nets.kept(module);
    assertThat(achieved).isCloseTo(2, within(0.2));
    module.close();
  }
}
