package dev.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelSummaryTest {
  private final Generator generator = new Generator(1);

  /** [2, 6, 6] → conv 4 @ 3×3 → [4, 4, 4] → pool → [4, 2, 2] → 16 → 5. */
  private Module small() {
    return new Sequential(
        new Conv2d(2, 4, 3, ConvSpec.DEFAULT, generator),
        new BatchNorm2d(4),
        new ReLU(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(16, 5, generator));
  }

  private static ModelSummary.Row row(ModelSummary summary, String name) {
    return summary.rows().stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void rowsFollowTheForwardPass() {
    var summary = ModelSummary.of(small(), Shape.of(2, 6, 6));
    assertThat(summary.rows())
        .extracting(ModelSummary.Row::name, ModelSummary.Row::type, ModelSummary.Row::output)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("0", "Conv2d", Shape.of(4, 4, 4)),
            org.assertj.core.groups.Tuple.tuple("1", "BatchNorm", Shape.of(4, 4, 4)),
            org.assertj.core.groups.Tuple.tuple("", "Relu", Shape.of(4, 4, 4)),
            org.assertj.core.groups.Tuple.tuple("", "MaxPool2d", Shape.of(4, 2, 2)),
            org.assertj.core.groups.Tuple.tuple("", "Flatten", Shape.of(16)),
            org.assertj.core.groups.Tuple.tuple("5", "Linear", Shape.of(5)));
  }

  @Test
  void parametersAndMacsAreCountedPerLayer() {
    var summary = ModelSummary.of(small(), Shape.of(2, 6, 6));
    assertThat(row(summary, "0").parameters()).isEqualTo(4 * 2 * 9 + 4);
    assertThat(row(summary, "0").macs()).isEqualTo(16L * 4 * 2 * 9);
    assertThat(row(summary, "1").parameters()).isEqualTo(8);
    assertThat(row(summary, "1").macs()).isZero();
    assertThat(row(summary, "5").parameters()).isEqualTo(85);
    assertThat(row(summary, "5").macs()).isEqualTo(80);
    assertThat(summary.parameters()).isEqualTo(76 + 8 + 85);
    assertThat(summary.macs()).isEqualTo(1152 + 80);
    assertThat(summary.flops()).isEqualTo(2 * (1152 + 80));
  }

  @Test
  void groupsDivideTheMacs() {
    Module grouped = new Conv2d(4, 4, 3, 3, new ConvSpec(1, 1, 1, 1, 1, 1, 2), false, generator);
    assertThat(ModelSummary.of(grouped, Shape.of(4, 5, 5)).macs()).isEqualTo(25L * 4 * 2 * 9);
  }

  @Test
  void hardAndSoftMasksCountAlike() {
    for (Parameter.MaskMode mode : Parameter.MaskMode.values()) {
      Module model = small();
      Parameter conv = model.namedParameters().get("0.weight");
      conv.setMask(Mask.of(conv.shape(), i -> i < 18), mode);
      var summary = ModelSummary.of(model, Shape.of(2, 6, 6));
      var row = row(summary, "0");
      assertThat(row.nonZero()).as(mode + "").isEqualTo(18 + 4);
      assertThat(row.density()).isEqualTo(22.0 / 76);
      assertThat(row.remainingMacs()).isEqualTo(16 * 18);
      assertThat(row.macs()).isEqualTo(1152);
      assertThat(summary.nonZero()).isEqualTo(22 + 8 + 85);
      assertThat(summary.remainingFlops()).isEqualTo(2 * (16 * 18 + 80));
    }
  }

  @Test
  void aSharedLayerHasItsParametersOnceAndItsMacsTwice() {
    var shared = new Linear(3, 3, generator);
    var summary =
        ModelSummary.of(
            new Module() {
              private final Linear layer = child("layer", shared);

              @Override
              public Variable forward(Variable x) {
                return layer.forward(layer.forward(x));
              }
            },
            Shape.of(3));
    assertThat(summary.parameters()).isEqualTo(12);
    assertThat(summary.macs()).isEqualTo(18);
  }

  @Test
  void unusedParametersAreListed() {
    var summary =
        ModelSummary.of(
            new Module() {
              {
                child("idle", new Linear(3, 2, generator));
              }

              @Override
              public Variable forward(Variable x) {
                return x.relu();
              }
            },
            Shape.of(3));
    assertThat(summary.rows())
        .extracting(ModelSummary.Row::name)
        .containsExactly("", "idle.weight", "idle.bias");
    assertThat(summary.parameters()).isEqualTo(8);
    assertThat(summary.macs()).isZero();
  }

  @Test
  void tracingLeavesModesStatisticsAndGradientsAlone() {
    Module model = small();
    model.children().get("1").eval();
    model.parameters().getFirst().setFrozen(true);
    float[] mean = model.stateDict().get("1.running_mean").toFloatArray();
    ModelSummary.of(model, Shape.of(2, 6, 6));
    assertThat(model.training()).isTrue();
    assertThat(model.children().get("1").training()).isFalse();
    assertThat(model.stateDict().get("1.running_mean").toFloatArray()).isEqualTo(mean);
    assertThat(model.parameters()).allMatch(p -> p.grad() == null);
  }

  @Test
  void doubleModelsAreTracedInDouble() {
    Module model = small().to(DType.FLOAT64);
    assertThat(ModelSummary.of(model, Shape.of(2, 6, 6)).macs()).isEqualTo(1232);
  }

  @Test
  void theTableShowsLayersTotalsAndFlops() {
    Module model = Models.create("lenet-300-100", 10, generator);
    Parameter weight = model.namedParameters().get("fc1.weight");
    weight.setMask(Mask.of(weight.shape(), i -> i % 10 == 0), Parameter.MaskMode.HARD);
    List<String> lines = ModelSummary.of(model, Shape.of(1, 28, 28)).toString().lines().toList();
    assertThat(lines.getFirst()).startsWith("layer").endsWith("MACs kept");
    assertThat(lines)
        .anyMatch(
            l -> l.matches("fc1 +Linear +\\[300] +235,500 +23,820 +10.11 % +235,200 +23,520"));
    assertThat(lines).anyMatch(l -> l.matches("total +266,610 +54,930 +20.60 % +266,200 +54,520"));
    assertThat(lines.getLast()).contains("FLOPs = 2 MACs: 532,400, kept 109,040");
  }
}
