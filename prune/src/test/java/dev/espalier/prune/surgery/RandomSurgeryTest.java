package dev.espalier.prune.surgery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.prune.Nets;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * For networks drawn at random: the masked model and the one that surgery makes have the same
 * outputs and the same gradients, in training and in evaluation.
 *
 * <p>Float64; what differs is the order of sums of some hundred terms, that is 1e-13 or so, times
 * what a dozen layers amplify.
 */
class RandomSurgeryTest {
  private static final double TOLERANCE = 1e-10;
  private static final Shape IMAGE = Shape.of(2, 6, 6);
  private static final long FIRST = Long.getLong("espalier.test.seed", 1);
  private static final int COUNT = Integer.getInteger("espalier.test.count", 150);

  /** Which members of a space the masks of a test cover. */
  private enum Cover {
    ALL,
    WHAT_MAKES,
    WHAT_READS,
    ANY
  }

  /** One pass: output and gradients by name. */
  private record Pass(Tensor output, Map<String, Tensor> gradients) {}

  private int cut;
  private int channels;
  private int branches;

  @Test
  void imageNetworks() {
    run(
        generator -> RandomImageNets.draw(generator, IMAGE),
        generator -> RandomFill.normal(generator, DType.FLOAT64, Shape.of(3, 2, 6, 6), 0, 1));
  }

  @Test
  void sequenceNetworks() {
    run(RandomSequenceNets::draw, RandomSurgeryTest::tokens);
  }

  private static Tensor tokens(Generator generator) {
    long[] tokens = new long[3 * RandomSequenceNets.LENGTH];
    Arrays.setAll(tokens, _ -> generator.nextInt(RandomSequenceNets.TOKENS));
    return Tensor.of(Shape.of(3, RandomSequenceNets.LENGTH), tokens);
  }

  private void run(Function<Generator, RandomNet> draw, Function<Generator, Tensor> inputs) {
    for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
      var generator = new Generator(seed);
      RandomNet net = draw.apply(generator);
      try (var _ = Scope.open("network")) {
        check(net, inputs.apply(generator), generator);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed %d, network %s: %s".formatted(seed, net, e.getMessage()), e);
      } finally {
        net.close();
      }
    }
    assertThat(cut).as("networks that lost channels").isGreaterThan(COUNT * 8 / 10);
    assertThat(channels).isGreaterThan(3 * COUNT);
    assertThat(branches).isGreaterThan(COUNT / 20);
  }

  private void check(RandomNet net, Tensor inputs, Generator generator) {
    Nets.disturbed(net.to(DType.FLOAT64));
    Map<Parameter, Mask> masks = draw(ChannelGraph.of(net, inputs), generator);
    masks.forEach((parameter, mask) -> parameter.setMask(mask, MaskMode.HARD));
    for (ResidualBranch branch : ResidualBranch.of(net, inputs)) {
      if (branch.refusal().isEmpty() && generator.nextInt(4) == 0) {
        branch.parameters().values().forEach(p -> p.setMask(Mask.zeros(p.shape()), MaskMode.HARD));
      }
    }
    var optimizer = new Sgd(net, 0.01, 0.9, 1e-3);
    step(net, inputs, optimizer);
    Pass training = pass(net.train(), inputs);
    Pass evaluating = pass(net.eval(), inputs);
    Pass onward = afterAStep(net, inputs, optimizer);
    Map<String, Parameter> parameters = net.namedParameters();
    ShrinkPlan plan = Surgery.shrink(net, inputs, SurgeryOptions.DEFAULT.with(optimizer));
    cut += plan.removed().isEmpty() ? 0 : 1;
    branches += plan.removedBranches().size();
    parameters.keySet().retainAll(net.namedParameters().keySet());
    channels += plan.removed().values().stream().mapToInt(Integer::intValue).sum();
    compare(plan, parameters, evaluating, pass(net.eval(), inputs));
    compare(plan, parameters, onward, afterAStep(net, inputs, optimizer));
    compare(plan, parameters, training, pass(net.train(), inputs));
  }

  /** A step with what momentum there is by now; it makes some where there is none. */
  private static void step(Module module, Tensor inputs, Optimizer optimizer) {
    backward(module.train(), inputs);
    optimizer.step();
    module.zeroGrad();
  }

  /** The output after one more step, and the parameters in place of gradients; then undone. */
  private static Pass afterAStep(Module module, Tensor inputs, Optimizer optimizer) {
    Map<String, Tensor> weights = copy(module.stateDict());
    Map<String, Tensor> state = copy(optimizer.stateTensors());
    Map<String, Long> steps = optimizer.stepCounts();
    step(module, inputs, optimizer);
    Tensor output = module.eval().forward(Variable.of(inputs)).tensor().copy();
    Map<String, Tensor> after = new LinkedHashMap<>();
    module.namedParameters().forEach((name, p) -> after.put(name, p.tensor().copy()));
    module.loadStateDict(weights);
    optimizer.restore(state, steps);
    return new Pass(output, after);
  }

  private static Map<String, Tensor> copy(Map<String, Tensor> tensors) {
    Map<String, Tensor> copy = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copy.put(name, tensor.copy()));
    return copy;
  }

  private static Map<Parameter, Mask> draw(List<ChannelSpace> spaces, Generator generator) {
    Map<Parameter, Mask> masks = new LinkedHashMap<>();
    for (ChannelSpace space : spaces) {
      int first = generator.nextInt(space.channels());
      double density = generator.nextDouble();
      Cover cover = Cover.values()[generator.nextInt(Cover.values().length)];
      boolean[] kept = new boolean[space.channels()];
      for (int c = 0; c < kept.length; c++) {
        kept[c] = c == first || generator.nextDouble() < density;
      }
      if (space.prunable()) {
        Mask channels = Mask.of(Shape.of(kept.length), kept);
        for (ChannelMember member : space.members()) {
          if (covers(cover, generator).test(member)) {
            masks.merge(member.parameter(), member.mask(channels), Mask::and);
          }
        }
      }
    }
    return masks;
  }

  private static Predicate<ChannelMember> covers(Cover cover, Generator generator) {
    return switch (cover) {
      case ALL -> _ -> true;
      case WHAT_MAKES -> member -> member.producer() || member.readsNonZero();
      case WHAT_READS -> ChannelMember::reader;
      case ANY -> _ -> generator.nextInt(4) > 0;
    };
  }

  private static Pass pass(Module module, Tensor inputs) {
    Tensor value = backward(module, inputs);
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    module
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.grad() != null) {
                gradients.put(name, parameter.grad().tensor().copy());
              }
            });
    module.zeroGrad();
    return new Pass(value, gradients);
  }

  /** Leaves the gradients of the output in some direction, and returns the output. */
  private static Tensor backward(Module module, Tensor inputs) {
    module.zeroGrad();
    Variable output = module.forward(Variable.of(inputs));
    Tensor direction = RandomFill.normal(new Generator(5), DType.FLOAT64, output.shape(), 0, 1);
    Tensor value = output.tensor().copy();
    output.backward(Variable.of(direction));
    return value;
  }

  private static void compare(
      ShrinkPlan plan, Map<String, Parameter> parameters, Pass masked, Pass small) {
    List<String> wrong = new ArrayList<>();
    note(wrong, "output", masked.output, small.output, scale(masked.output));
    double largest =
        masked.gradients.values().stream().mapToDouble(RandomSurgeryTest::scale).max().orElse(0);
    assertThat(small.gradients.keySet()).isEqualTo(parameters.keySet());
    small.gradients.forEach(
        (name, gradient) ->
            note(
                wrong,
                "gradient of " + name,
                plan.cut(parameters.get(name), masked.gradients.get(name)),
                gradient,
                largest));
    assertThat(wrong).isEmpty();
  }

  private static double scale(Tensor x) {
    double scale = 0;
    for (double value : x.toDoubleArray()) {
      scale = Math.max(scale, Math.abs(value));
    }
    return scale;
  }

  private static void note(
      List<String> wrong, String what, Tensor expected, Tensor actual, double scale) {
    if (!expected.shape().equals(actual.shape())) {
      wrong.add("%s has shape %s, not %s".formatted(what, actual.shape(), expected.shape()));
      return;
    }
    double[] a = expected.toDoubleArray();
    double[] b = actual.toDoubleArray();
    double error = 0;
    for (int i = 0; i < a.length; i++) {
      error = Math.max(error, Double.isFinite(b[i]) ? Math.abs(a[i] - b[i]) : Double.MAX_VALUE);
    }
    if (error > TOLERANCE * scale) {
      wrong.add("%s differs by %.3g of %.3g".formatted(what, error, scale));
    }
  }
}
