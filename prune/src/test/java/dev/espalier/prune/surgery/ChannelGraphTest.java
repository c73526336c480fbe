package dev.espalier.prune.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Concat;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.Sigmoid;
import dev.espalier.prune.Nets;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelGraphTest {
  private static final Shape IMAGE = Shape.of(2, 4, 4);

  private static Conv2d conv(int in, int out) {
    return new Conv2d(in, out, 3, ConvSpec.of(1, 1), new Generator(1));
  }

  private static Conv2d grouped(int in, int out, int groups) {
    return new Conv2d(in, out, 3, ConvSpec.of(1, 1).withGroups(groups), new Generator(1));
  }

  private static Linear linear(int in, int out) {
    return new Linear(in, out, new Generator(2));
  }

  private static List<ChannelSpace> spaces(Module module, Shape input) {
    return ChannelGraph.of(module, Nets.inputs(input, 2));
  }

  private static List<ChannelSpace> prunable(Module module, Shape input) {
    return spaces(module, input).stream().filter(ChannelSpace::prunable).toList();
  }

  /** Each member as "name axis offset repeat", with a plus for what makes the channels. */
  private static List<String> members(ChannelSpace space) {
    return space.members().stream()
        .map(
            m ->
                "%s %d %d %d%s"
                    .formatted(
                        m.name(), m.axis(), m.offset(), m.repeat(), m.producer() ? " +" : ""))
        .toList();
  }

  /** The reason why the channels that a parameter makes are fixed. */
  private static List<String> whyFixed(Module module, Shape input, String name) {
    return spaces(module, input).stream()
        .filter(s -> s.members().stream().anyMatch(m -> m.producer() && m.name().equals(name)))
        .findFirst()
        .orElseThrow()
        .fixedBecause();
  }

  @Test
  void aChainTiesEachLayersRowsToTheNextLayersColumns() {
    Module chain =
        new Sequential(
            conv(2, 3), new BatchNorm2d(3), new ReLU(), conv(3, 5), new Flatten(), linear(80, 4));
    List<ChannelSpace> spaces = prunable(chain, IMAGE);
    assertThat(spaces).extracting(ChannelSpace::channels).containsExactly(3, 5);
    assertThat(members(spaces.get(0)))
        .containsExactlyInAnyOrder(
            "0.weight 0 0 1 +",
            "0.bias 0 0 1 +",
            "1.weight 0 0 1 +",
            "1.bias 0 0 1 +",
            "3.weight 1 0 1");
    assertThat(members(spaces.get(1)))
        .containsExactlyInAnyOrder("3.weight 0 0 1 +", "3.bias 0 0 1 +", "5.weight 1 0 16");
    assertThat(spaces.get(0).name()).isEqualTo("0.weight");
  }

  @Test
  void inputsAndOutputsAreFixed() {
    Module module = new Sequential(linear(3, 4), new ReLU(), linear(4, 2));
    List<ChannelSpace> spaces = spaces(module, Shape.of(3));
    assertThat(spaces).extracting(ChannelSpace::channels).containsExactly(3, 4, 2);
    assertThat(spaces.get(0).fixedBecause()).containsExactly("the model's input");
    assertThat(spaces.get(1).fixedBecause()).isEmpty();
    assertThat(spaces.get(2).fixedBecause()).containsExactly("the model's output");
  }

  @Test
  void aFlattenedMapRepeatsEachChannelOncePerPixel() {
    List<ChannelSpace> spaces = ChannelGraph.of(Nets.zoo("lenet-5"), Nets.inputs("lenet-5", 1));
    ChannelSpace second =
        spaces.stream().filter(s -> s.name().equals("conv2.weight")).findFirst().orElseThrow();
    assertThat(members(second)).contains("fc1.weight 1 0 16");
  }

  @Test
  void aBatchNormBehindAFlattenCoversEveryPixelOfAChannel() {
    Module module = new Sequential(conv(2, 3), new Flatten(), new BatchNorm1d(48), linear(48, 2));
    assertThat(members(prunable(module, IMAGE).getFirst()))
        .contains("2.weight 0 0 16 +", "2.bias 0 0 16 +", "3.weight 1 0 16");
  }

  @Test
  void anIdentityShortcutTiesWhatItAdds() {
    Module body = new Sequential(conv(3, 4), new ReLU(), conv(4, 3));
    Module module = new Sequential(conv(2, 3), new Residual(body, null), new ReLU(), conv(3, 1));
    List<ChannelSpace> spaces = prunable(module, IMAGE);
    assertThat(spaces).extracting(ChannelSpace::channels).containsExactlyInAnyOrder(3, 4);
    ChannelSpace tied = spaces.stream().filter(s -> s.channels() == 3).findFirst().orElseThrow();
    assertThat(members(tied))
        .containsExactlyInAnyOrder(
            "0.weight 0 0 1 +",
            "0.bias 0 0 1 +",
            "1.body.0.weight 1 0 1",
            "1.body.2.weight 0 0 1 +",
            "1.body.2.bias 0 0 1 +",
            "3.weight 1 0 1");
  }

  @Test
  void residualNetworksHaveOneSpacePerStageAndOnePerBlock() {
    // per stage one space that all its blocks add to, per block one between its two convolutions
    assertThat(prunable("resnet-8")).containsExactlyInAnyOrder(16, 32, 64, 16, 32, 64);
    assertThat(prunable("resnet-20"))
        .containsExactlyInAnyOrder(16, 32, 64, 16, 16, 16, 32, 32, 32, 64, 64, 64);
  }

  private static List<Integer> prunable(String name) {
    return ChannelGraph.of(Nets.zoo(name), Nets.inputs(name, 1)).stream()
        .filter(ChannelSpace::prunable)
        .map(ChannelSpace::channels)
        .toList();
  }

  @Test
  void aShortcutFromTheInputFixesWhatItIsAddedTo() {
    Module module = new Sequential(new Residual(conv(2, 2), null), conv(2, 3));
    assertThat(whyFixed(module, IMAGE, "0.body.weight")).containsExactly("the model's input");
  }

  @Test
  void concatenatedBranchesAreCutAtTheirOwnOffsets() {
    Module module =
        new Sequential(
            new Concat(conv(2, 3), conv(2, 5)), new BatchNorm2d(8), new ReLU(), conv(8, 1));
    List<ChannelSpace> spaces = prunable(module, IMAGE);
    assertThat(members(spaces.get(0))).contains("1.weight 0 0 1 +", "3.weight 1 0 1");
    assertThat(members(spaces.get(1))).contains("1.weight 0 3 1 +", "3.weight 1 3 1");
  }

  @Test
  void concatenationsAddedInAnotherOrderTieAllThatMeet() {
    var module =
        new Module() {
          private final Conv2d a = child("a", conv(2, 3));
          private final Conv2d b = child("b", conv(2, 3));
          private final Conv2d end = child("end", conv(6, 1));

          @Override
          public Variable forward(Variable x) {
            Variable u = a.forward(x);
            Variable v = b.forward(x);
            return end.forward(F.concat(1, u, v).add(F.concat(1, v, u)));
          }
        };
    List<ChannelSpace> spaces = prunable(module, IMAGE);
    assertThat(spaces).hasSize(1);
    assertThat(members(spaces.getFirst()))
        .contains("a.weight 0 0 1 +", "b.weight 0 0 1 +", "end.weight 1 0 1", "end.weight 1 3 1");
  }

  @Test
  void aSoftMaskIsLookedThrough() {
    Conv2d first = conv(2, 3);
    first.weight().setMask(Mask.ones(first.weight().shape()), MaskMode.SOFT);
    Module module = new Sequential(first, new ReLU(), conv(3, 1));
    assertThat(members(prunable(module, IMAGE).getFirst()))
        .containsExactlyInAnyOrder("0.weight 0 0 1 +", "0.bias 0 0 1 +", "2.weight 1 0 1");
  }

  @Test
  void anUnknownOperationFixesItsInputByName() {
    Module module = new Sequential(conv(2, 3), new Sigmoid(), conv(3, 1));
    assertThat(whyFixed(module, IMAGE, "0.weight")).containsExactly("operation 'sigmoid'");
    assertThat(prunable(module, IMAGE)).isEmpty();
  }

  @Test
  void aGroupedConvolutionFixesBothItsSides() {
    for (int groups : new int[] {2, 4}) {
      Module module = new Sequential(conv(2, 4), grouped(4, 4, groups), conv(4, 1));
      assertThat(whyFixed(module, IMAGE, "0.weight"))
          .containsExactly("'1.weight' is a grouped convolution");
      assertThat(whyFixed(module, IMAGE, "1.weight"))
          .containsExactly("'1.weight' is a grouped convolution");
    }
  }

  @Test
  void aLayerAppliedTwiceIsFixed() {
    Conv2d shared = conv(3, 3);
    Module module = new Sequential(conv(2, 3), shared, new ReLU(), shared, conv(3, 1));
    assertThat(prunable(module, IMAGE)).isEmpty();
    assertThat(whyFixed(module, IMAGE, "0.weight"))
        .singleElement()
        .asString()
        .contains("is used more than once");
  }

  @Test
  void aLinearLayerOverAnotherAxisThanTheChannelsIsFixed() {
    Module module =
        new Sequential(linear(4, 6), new ReLU(), linear(6, 3)); // x [N, 5, 4]: axis 1 is no feature
    assertThat(prunable(module, Shape.of(5, 4))).isEmpty();
    assertThat(spaces(module, Shape.of(5, 4)).get(1).fixedBecause())
        .containsExactly("operation 'linear'");
  }

  @Test
  void addingAParameterFixesTheChannels() {
    var module =
        new Module() {
          private final Linear first = child("first", linear(3, 4));
          private final Linear last = child("last", linear(4, 2));
          private final Parameter shift =
              parameter("shift", Nets.inputs(Shape.of(4), 1).reshape(4));

          @Override
          public Variable forward(Variable x) {
            return last.forward(first.forward(x).add(shift));
          }
        };
    assertThat(whyFixed(module, Shape.of(3), "first.weight")).containsExactly("operation 'add'");
  }

  @Test
  void aMaskedActivationFixesTheChannels() {
    var module =
        new Module() {
          private final Linear first = child("first", linear(3, 4));
          private final Linear last = child("last", linear(4, 2));

          @Override
          public Variable forward(Variable x) {
            Variable y = first.forward(x);
            return last.forward(F.masked(y, Mask.ones(y.shape()), false));
          }
        };
    assertThat(whyFixed(module, Shape.of(3), "first.weight")).containsExactly("operation 'masked'");
  }

  @Test
  void theModulesOwnModesComeBack() {
    BatchNorm2d norm = new BatchNorm2d(3);
    Module module = new Sequential(conv(2, 3), norm, conv(3, 1));
    norm.eval();
    spaces(module, IMAGE);
    assertThat(module.training()).isTrue();
    assertThat(norm.training()).isFalse();
  }

  @Test
  void anExampleWithoutChannelsIsRefused() {
    assertThatThrownBy(() -> ChannelGraph.of(linear(3, 2), Nets.inputs(Shape.SCALAR, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("channel axis", "[3]");
  }
}
