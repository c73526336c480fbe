package dev.espalier.prune.surgery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Concat;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Adam;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The masked model and the physically smaller one give the same outputs. */
class SurgeryTest {
  private static final double TOLERANCE = 1e-5;

  private static void pruneFilters(Module module, Tensor example, double density) {
    new Pruner(module, Methods.get("filter-magnitude"), example, new Generator(1))
        .pruneToDensity(density);
  }

  /** Masks the given rows of a layer, bias included. */
  private static void maskRows(Parameter weight, Parameter bias, Integer... rows) {
    List<Integer> dead = List.of(rows);
    int size = (int) weight.shape().rowMajorStrides()[0];
    weight.setMask(Mask.of(weight.shape(), i -> !dead.contains(i / size)), MaskMode.HARD);
    if (bias != null) {
      bias.setMask(Mask.of(bias.shape(), i -> !dead.contains(i)), MaskMode.HARD);
    }
  }

  private static Conv2d conv(int in, int out) {
    return new Conv2d(in, out, 3, ConvSpec.of(1, 1), new Generator(2));
  }

  @ParameterizedTest
  @CsvSource({
    "lenet-5, 0.9", "lenet-5, 0.5", "lenet-5, 0.1", "lenet-5-relu, 0.5", "lenet-300-100, 0.3",
    "vgg-tiny, 0.9", "vgg-tiny, 0.5", "vgg-tiny, 0.1", "resnet-8, 0.7", "resnet-8, 0.5",
    "resnet-8, 0.1", "resnet-20, 0.7", "resnet-20, 0.3"
  })
  void theSmallerModelHasTheOutputsOfTheMaskedOne(String name, double density) {
    Module module = Nets.zoo(name);
    Tensor inputs = Nets.inputs(name, 3);
    pruneFilters(module, inputs, density);
    Tensor masked = Nets.outputs(module, inputs);
    long kept = Nets.kept(module);
    ShrinkPlan plan = Surgery.shrink(module, inputs);
    Nets.assertClose(Nets.outputs(module, inputs), masked, TOLERANCE);
    assertThat(Nets.parameters(module)).isEqualTo(kept);
    assertThat(module.parameters()).allMatch(parameter -> parameter.mask() == null);
    assertThat(plan.removed()).isNotEmpty();
    assertThat(plan.kept()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-5", "resnet-8"})
  void theSmallerModelTrainsOn(String name) {
    Module module = Nets.zoo(name);
    Tensor inputs = Nets.inputs(name, 4);
    Tensor labels = Tensor.of(Shape.of(4), 0L, 1, 2, 3);
    pruneFilters(module, inputs, 0.5);
    Surgery.shrink(module, inputs);
    var optimizer = new Adam(module, 1e-3);
    double[] losses = new double[6];
    for (int step = 0; step < losses.length; step++) {
      try (var _ = Scope.open("step")) {
        Variable loss = new CrossEntropy().of(module.forward(Variable.of(inputs)), labels);
        losses[step] = loss.tensor().item();
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      }
    }
    assertThat(losses[5]).isLessThan(0.9 * losses[0]);
  }

  @Test
  void surgeryTwiceShrinksFurther() {
    Module module = Nets.zoo("resnet-8");
    Tensor inputs = Nets.inputs("resnet-8", 2);
    pruneFilters(module, inputs, 0.75);
    Surgery.shrink(module, inputs);
    long once = Nets.parameters(module);
    pruneFilters(module, inputs, 0.5);
    Tensor masked = Nets.outputs(module, inputs);
    Surgery.shrink(module, inputs);
    Nets.assertClose(Nets.outputs(module, inputs), masked, TOLERANCE);
    assertThat(Nets.parameters(module)).isLessThan(once);
  }

  @Test
  void nothingMaskedRemovesNothing() {
    Module module = Nets.zoo("vgg-tiny");
    long before = Nets.parameters(module);
    ShrinkPlan plan = Surgery.shrink(module, Nets.inputs("vgg-tiny", 1));
    assertThat(plan.removed()).isEmpty();
    assertThat(plan.kept()).isEmpty();
    assertThat(Nets.parameters(module)).isEqualTo(before);
  }

  @Test
  void theRemovedChannelsAreThoseMasked() {
    Linear first = Nets.linear(1, 3, 1, 2, 3);
    Linear last = Nets.linear(3, 2, 1, 2, 3, 4, 5, 6);
    maskRows(first.weight(), null, 1);
    ShrinkPlan plan =
        Surgery.shrink(new Sequential(first, new ReLU(), last), Nets.inputs(Shape.of(1), 1));
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(1, 3);
    assertThat(last.weight().shape()).isEqualTo(Shape.of(2, 2));
    assertThat(last.weight().tensor().toDoubleArray()).containsExactly(1, 3, 4, 6);
    assertThat(plan.removed()).containsEntry("0.weight", 1);
  }

  @Test
  void aFlattenedMapLosesAllPixelsOfItsChannel() {
    Conv2d first = conv(1, 3);
    Linear last = new Linear(12, 2, new Generator(3));
    Module module = new Sequential(first, new Flatten(), last);
    Tensor inputs = Nets.inputs(Shape.of(1, 2, 2), 2);
    maskRows(first.weight(), first.bias(), 1);
    Tensor masked = Nets.outputs(module, inputs);
    Tensor columns = last.weight().tensor();
    double[] expected = {
      columns.get(0, 0), columns.get(0, 3), columns.get(0, 8), columns.get(0, 11)
    };
    Surgery.shrink(module, inputs);
    Tensor left = last.weight().tensor();
    assertThat(last.weight().shape()).isEqualTo(Shape.of(2, 8));
    assertThat(new double[] {left.get(0, 0), left.get(0, 3), left.get(0, 4), left.get(0, 7)})
        .containsExactly(expected);
    Nets.assertClose(Nets.outputs(module, inputs), masked, TOLERANCE);
  }

  @Test
  void concatenatedBranchesLoseTheirOwnChannels() {
    Conv2d a = conv(2, 3);
    Conv2d b = conv(2, 4);
    BatchNorm2d norm = new BatchNorm2d(7);
    Module module = Nets.disturbed(new Sequential(new Concat(a, b), norm, new ReLU(), conv(7, 2)));
    Tensor inputs = Nets.inputs(Shape.of(2, 4, 4), 2);
    maskRows(a.weight(), a.bias(), 0);
    maskRows(b.weight(), b.bias(), 1, 3);
    maskRows(norm.weight(), norm.bias(), 0, 4, 6);
    Tensor masked = Nets.outputs(module, inputs);
    ShrinkPlan plan = Surgery.shrink(module, inputs);
    assertThat(plan.removed()).containsEntry("0.0.weight", 1).containsEntry("0.1.weight", 2);
    assertThat(norm.runningMean().shape()).isEqualTo(Shape.of(4));
    Nets.assertClose(Nets.outputs(module, inputs), masked, TOLERANCE);
  }

  @Test
  void aChannelWhoseShiftIsNotMaskedStays() {
    Conv2d first = conv(2, 3);
    BatchNorm2d norm = new BatchNorm2d(3);
    Module module = Nets.disturbed(new Sequential(first, norm, new ReLU(), conv(3, 1)));
    maskRows(first.weight(), first.bias(), 0); // the normalisation makes it a constant, not zero
    assertThat(Surgery.shrink(module, Nets.inputs(Shape.of(2, 4, 4), 1)).removed()).isEmpty();
  }

  @Test
  void aSoftlyMaskedChannelStays() {
    Linear first = Nets.linear(1, 2, 1, 2);
    first.weight().setMask(Mask.of(Shape.of(2, 1), true, false), MaskMode.SOFT);
    Module module = new Sequential(first, new ReLU(), Nets.linear(2, 1, 1, 1));
    assertThat(Surgery.shrink(module, Nets.inputs(Shape.of(1), 1)).removed()).isEmpty();
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(1, 2);
  }

  @Test
  void elementMasksInsideKeptChannelsAreCutAlong() {
    Linear first = Nets.linear(2, 3, 1, 2, 3, 4, 5, 6);
    Linear last = Nets.linear(3, 1, 7, 8, 9);
    first
        .weight()
        .setMask(Mask.of(Shape.of(3, 2), true, true, false, false, false, true), MaskMode.HARD);
    last.weight().setMask(Mask.of(Shape.of(1, 3), true, false, true), MaskMode.HARD);
    Surgery.shrink(new Sequential(first, new ReLU(), last), Nets.inputs(Shape.of(2), 1));
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(1, 2, 0, 6);
    assertThat(first.weight().mask()).isEqualTo(Mask.of(Shape.of(2, 2), true, true, false, true));
    assertThat(first.weight().maskMode()).isEqualTo(MaskMode.HARD);
    assertThat(last.weight().tensor().toDoubleArray()).containsExactly(7, 9);
    assertThat(last.weight().mask()).isNull();
  }

  @Test
  void whatCannotGoIsListedWithTheReason() {
    Conv2d first = conv(2, 4);
    Linear last = new Linear(4, 3, new Generator(5));
    Module module =
        new Module() {
          private final Conv2d a = child("first", first);
          private final Linear b = child("last", last);

          @Override
          public Variable forward(Variable x) {
            return b.forward(a.forward(x).sum(false, 2, 3).reshape(x.dim(0), 4));
          }
        };
    maskRows(first.weight(), first.bias(), 0, 1);
    maskRows(last.weight(), last.bias(), 0);
    ShrinkPlan plan = Surgery.shrink(module, Nets.inputs(Shape.of(2, 4, 4), 1));
    assertThat(plan.removed()).isEmpty();
    assertThat(plan.kept())
        .containsExactlyInAnyOrder(
            "2 masked channels of 'first.weight' stay: operation 'reshape' to [1, 4]: it writes the"
                + " channels' extent as a number; use -1 there (on the path first → sum → reshape)",
            "1 masked channels of 'last.weight' stay: the model's output");
  }

  @Test
  void aDepthwiseConvolutionLosesGroups() {
    Conv2d first = conv(2, 4);
    Conv2d depthwise = new Conv2d(4, 8, 3, ConvSpec.of(1, 1).withGroups(4), new Generator(4));
    Module module = new Sequential(first, depthwise, new ReLU(), conv(8, 2));
    Tensor inputs = Nets.inputs(Shape.of(2, 4, 4), 2);
    maskRows(first.weight(), first.bias(), 0, 2);
    maskRows(depthwise.weight(), depthwise.bias(), 0, 1, 3, 4, 5);
    Tensor masked = Nets.outputs(module, inputs);
    Surgery.shrink(module, inputs);
    assertThat(first.weight().shape()).isEqualTo(Shape.of(2, 2, 3, 3));
    assertThat(depthwise.weight().shape()).isEqualTo(Shape.of(4, 1, 3, 3));
    assertThat(depthwise.spec().groups()).isEqualTo(2);
    assertThat(depthwise.weight().mask().kept()).as("row 3 has become row 1").isEqualTo(27);
    Nets.assertClose(Nets.outputs(module, inputs), masked, TOLERANCE);
  }

  @Test
  void aLayerWithNothingLeftKeepsOneChannel() {
    Linear first = Nets.linear(2, 3, 1, 2, 3, 4, 5, 6);
    Linear last = new Linear(3, 2, new Generator(6));
    Module module = new Sequential(first, new ReLU(), last);
    Tensor inputs = Nets.inputs(Shape.of(2), 2);
    maskRows(first.weight(), null, 0, 1, 2);
    Tensor masked = Nets.outputs(module, inputs);
    ShrinkPlan plan = Surgery.shrink(module, inputs);
    assertThat(first.weight().shape()).isEqualTo(Shape.of(1, 2));
    assertThat(plan.removed()).containsEntry("0.weight", 2);
    assertThat(plan.kept()).singleElement().asString().contains("1 masked channel of '0.weight'");
    Nets.assertClose(Nets.outputs(module, inputs), masked, TOLERANCE);
  }

  @Test
  void surgeryFreesWhatItReplaces() throws InterruptedException {
    Module module = Nets.zoo("resnet-8");
    Tensor inputs = Nets.inputs("resnet-8", 1);
    pruneFilters(module, inputs, 0.5);
    Nets.settledMemory();
    Memory.Stats before = Memory.stats();
    Surgery.shrink(module, inputs);
    assertThat(Memory.stats().liveStorages()).isEqualTo(before.liveStorages());
    assertThat(Memory.stats().bytesInUse()).isLessThan(before.bytesInUse());
  }
}
