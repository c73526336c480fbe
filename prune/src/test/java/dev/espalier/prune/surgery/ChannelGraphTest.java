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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChannelGraphTest {
  private static final Shape IMAGE = Shape.of(2, 4, 4);
  private static final String PIXELS = Arrays.toString(IntStream.range(0, 16).toArray());

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

  /** Each member as "name axis [first channel's positions]", plus for what makes the channels. */
  private static List<String> members(ChannelSpace space) {
    return space.members().stream()
        .map(
            m ->
                "%s %d %s%s"
                    .formatted(
                        m.name(),
                        m.axis(),
                        Arrays.toString(m.positions(0)),
                        m.producer() ? " +" : ""))
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
            "0.weight 0 [0] +",
            "0.bias 0 [0] +",
            "1.weight 0 [0] +",
            "1.bias 0 [0] +",
            "3.weight 1 [0]");
    assertThat(members(spaces.get(1)))
        .containsExactlyInAnyOrder("3.weight 0 [0] +", "3.bias 0 [0] +", "5.weight 1 " + PIXELS);
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
    assertThat(members(second)).contains("fc1.weight 1 " + PIXELS);
  }

  @Test
  void aBatchNormBehindAFlattenCoversEveryPixelOfAChannel() {
    Module module = new Sequential(conv(2, 3), new Flatten(), new BatchNorm1d(48), linear(48, 2));
    assertThat(members(prunable(module, IMAGE).getFirst()))
        .contains(
            "2.weight 0 " + PIXELS + " +", "2.bias 0 " + PIXELS + " +", "3.weight 1 " + PIXELS);
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
            "0.weight 0 [0] +",
            "0.bias 0 [0] +",
            "1.body.0.weight 1 [0]",
            "1.body.2.weight 0 [0] +",
            "1.body.2.bias 0 [0] +",
            "3.weight 1 [0]");
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
    assertThat(members(spaces.get(0))).contains("1.weight 0 [0] +", "3.weight 1 [0]");
    assertThat(members(spaces.get(1))).contains("1.weight 0 [3] +", "3.weight 1 [3]");
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
        .contains("a.weight 0 [0] +", "b.weight 0 [0] +", "end.weight 1 [0, 3]");
  }

  @Test
  void aSoftMaskIsLookedThrough() {
    Conv2d first = conv(2, 3);
    first.weight().setMask(Mask.ones(first.weight().shape()), MaskMode.SOFT);
    Module module = new Sequential(first, new ReLU(), conv(3, 1));
    assertThat(members(prunable(module, IMAGE).getFirst()))
        .containsExactlyInAnyOrder("0.weight 0 [0] +", "0.bias 0 [0] +", "2.weight 1 [0]");
  }

  @Test
  void anUnknownOperationFixesItsInputByNameAndPath() {
    var module =
        new Module() {
          private final Conv2d first = child("first", conv(2, 3));
          private final BatchNorm2d norm = child("norm", new BatchNorm2d(3));
          private final Conv2d last = child("last", conv(3, 1));

          @Override
          public Variable forward(Variable x) {
            return last.forward(norm.forward(first.forward(x)).relu().div(x.sum(true, 1)));
          }
        };
    assertThat(whyFixed(module, IMAGE, "first.weight"))
        .containsExactly("operation 'div' (on the path first → norm → relu → div)");
    assertThat(prunable(module, IMAGE)).isEmpty();
  }

  @Test
  void aFunctionThatIsNotZeroAtZeroLetsChannelsGoOnlyWithWhatReadsThem() {
    Module module = new Sequential(conv(2, 3), new Sigmoid(), conv(3, 1));
    ChannelSpace space = prunable(module, IMAGE).getFirst();
    Mask two = Mask.of(Shape.of(3), true, false, true);
    assertThat(emptied(space, two, ChannelMember::producer)).isEqualTo(Mask.ones(Shape.of(3)));
    assertThat(emptied(space, two, _ -> true)).isEqualTo(two);
    assertThat(emptied(space, two, ChannelMember::reader)).isEqualTo(two);
  }

  /** The channels that are not emptied when some members are masked. */
  private static Mask emptied(ChannelSpace space, Mask kept, Predicate<ChannelMember> masked) {
    Map<Parameter, Mask> masks = new HashMap<>();
    space.members().stream()
        .filter(masked)
        .forEach(m -> masks.merge(m.parameter(), m.mask(kept), Mask::and));
    boolean[] gone = space.emptied(masks::get);
    return Mask.of(Shape.of(gone.length), c -> !gone[c]);
  }

  @Test
  void aMaskedNormalisationIsEnoughForAChannelToGo() {
    Module module = new Sequential(conv(2, 3), new BatchNorm2d(3), new ReLU(), conv(3, 1));
    ChannelSpace space = prunable(module, IMAGE).getFirst();
    Mask two = Mask.of(Shape.of(3), true, false, true);
    assertThat(emptied(space, two, m -> m.name().startsWith("1."))).isEqualTo(two);
    assertThat(emptied(space, two, m -> m.name().equals("1.weight")))
        .as("the shift makes it a constant")
        .isEqualTo(Mask.ones(Shape.of(3)));
    assertThat(emptied(space, two, m -> m.name().startsWith("0.")))
        .as("what is normalised is a constant then")
        .isEqualTo(Mask.ones(Shape.of(3)));
  }

  @Test
  void aMaskedGateIsEnoughForAChannelToGo() {
    var module =
        new Module() {
          private final Conv2d first = child("first", conv(2, 3));
          private final Conv2d last = child("last", conv(3, 1));
          private final Parameter gate =
              parameter("gate", Nets.inputs(Shape.of(1, 1), 3).reshape(3, 1, 1));

          @Override
          public Variable forward(Variable x) {
            return last.forward(first.forward(x).sigmoid().mul(gate));
          }
        };
    ChannelSpace space = prunable(module, IMAGE).getFirst();
    Mask two = Mask.of(Shape.of(3), true, false, true);
    assertThat(emptied(space, two, m -> m.name().equals("gate"))).isEqualTo(two);
    assertThat(emptied(space, two, m -> m.name().startsWith("first")))
        .as("half of the gate is left")
        .isEqualTo(Mask.ones(Shape.of(3)));
  }

  @Test
  void whatReadsBesideAGateStillCounts() {
    var module =
        new Module() {
          private final Conv2d first = child("first", conv(2, 3));
          private final Conv2d a = child("a", conv(3, 1));
          private final Conv2d b = child("b", conv(3, 1));
          private final Parameter gate =
              parameter("gate", Nets.inputs(Shape.of(1, 1), 3).reshape(3, 1, 1));

          @Override
          public Variable forward(Variable x) {
            Variable y = first.forward(x);
            return a.forward(y.mul(gate)).add(b.forward(y));
          }
        };
    ChannelSpace space = prunable(module, IMAGE).getFirst();
    Mask two = Mask.of(Shape.of(3), true, false, true);
    assertThat(emptied(space, two, m -> m.name().equals("gate"))).isEqualTo(Mask.ones(Shape.of(3)));
    assertThat(emptied(space, two, m -> m.name().equals("gate") || m.name().startsWith("b.")))
        .isEqualTo(two);
    assertThat(emptied(space, two, m -> m.name().startsWith("first"))).isEqualTo(two);
  }

  @Test
  void aGroupedConvolutionTiesTheSamePlacesOfItsGroups() {
    Module module = new Sequential(conv(2, 6), grouped(6, 4, 2), new ReLU(), conv(4, 1));
    List<ChannelSpace> spaces = prunable(module, IMAGE);
    assertThat(spaces).extracting(ChannelSpace::channels).containsExactly(3, 2);
    assertThat(members(spaces.get(0)))
        .containsExactlyInAnyOrder("0.weight 0 [0, 3] +", "0.bias 0 [0, 3] +", "1.weight 1 [0]");
    assertThat(members(spaces.get(1)))
        .containsExactlyInAnyOrder("1.weight 0 [0, 2] +", "1.bias 0 [0, 2] +", "3.weight 1 [0, 2]");
  }

  @Test
  void manySmallGroupsGoAsWholes() {
    Module module = new Sequential(conv(2, 6), grouped(6, 3, 3), conv(3, 1));
    ChannelSpace space = prunable(module, IMAGE).getFirst();
    assertThat(space.channels()).isEqualTo(3);
    assertThat(members(space))
        .containsExactlyInAnyOrder(
            "0.weight 0 [0, 1] +",
            "0.bias 0 [0, 1] +",
            "1.weight 0 [0] +",
            "1.bias 0 [0] +",
            "2.weight 1 [0]");
  }

  @Test
  void aDepthwiseConvolutionTiesWhatItReadsToWhatItMakes() {
    Module module = new Sequential(conv(2, 3), grouped(3, 6, 3), conv(6, 1));
    ChannelSpace space = prunable(module, IMAGE).getFirst();
    assertThat(space.channels()).isEqualTo(3);
    assertThat(members(space))
        .containsExactlyInAnyOrder(
            "0.weight 0 [0] +",
            "0.bias 0 [0] +",
            "1.weight 0 [0, 1] +",
            "1.bias 0 [0, 1] +",
            "2.weight 1 [0, 1]");
  }

  @Test
  void aGroupedConvolutionOfNoLayerIsRefused() {
    var module =
        new Module() {
          private final Conv2d first = child("first", conv(2, 3));
          private final Conv2d last = child("last", conv(3, 1));
          private final Parameter own =
              parameter("own", Nets.inputs(Shape.of(1, 1, 1), 3).reshape(3, 1, 1, 1));

          @Override
          public Variable forward(Variable x) {
            var spec = ConvSpec.of(1, 0).withGroups(3);
            return last.forward(F.conv2d(first.forward(x), own, null, null, spec));
          }
        };
    assertThat(whyFixed(module, IMAGE, "first.weight"))
        .singleElement()
        .asString()
        .contains("groups is in no Conv2d", "first → own");
  }

  @Test
  void aLayerAppliedTwiceTiesWhatItReadsToWhatItMakes() {
    Conv2d shared = conv(3, 3);
    Module module = new Sequential(conv(2, 3), shared, new ReLU(), shared, conv(3, 1));
    assertThat(members(prunable(module, IMAGE).getFirst()))
        .containsExactlyInAnyOrder(
            "0.weight 0 [0] +",
            "0.bias 0 [0] +",
            "1.weight 0 [0] +",
            "1.weight 1 [0]",
            "1.bias 0 [0] +",
            "4.weight 1 [0]");
  }

  @Test
  void theChannelsOfASequenceAreItsLastAxis() {
    Module module = new Sequential(linear(4, 6), new ReLU(), linear(6, 3)); // x [N, 5, 4]
    assertThat(members(prunable(module, Shape.of(5, 4)).getFirst()))
        .containsExactlyInAnyOrder("0.weight 0 [0] +", "0.bias 0 [0] +", "2.weight 1 [0]");
  }

  @Test
  void anAddedParameterIsCutAlong() {
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
    assertThat(members(prunable(module, Shape.of(3)).getFirst())).contains("shift 0 [0] +");
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
    assertThat(whyFixed(module, Shape.of(3), "first.weight"))
        .containsExactly("operation 'masked' (on the path first → masked)");
  }

  @Test
  void aReshapeWithTheChannelsExtentAsANumberIsRefused() {
    for (boolean inferred : new boolean[] {true, false}) {
      var module =
          new Module() {
            private final Conv2d first = child("first", conv(2, 3));
            private final Linear last = child("last", linear(48, 2));

            @Override
            public Variable forward(Variable x) {
              Variable y = first.forward(x);
              return last.forward(y.reshape(y.dim(0), inferred ? -1 : 48));
            }
          };
      if (inferred) {
        assertThat(members(prunable(module, IMAGE).getFirst())).contains("last.weight 1 " + PIXELS);
      } else {
        assertThat(whyFixed(module, IMAGE, "first.weight"))
            .singleElement()
            .asString()
            .contains("reshape", "use -1 there", "first → reshape");
      }
    }
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
