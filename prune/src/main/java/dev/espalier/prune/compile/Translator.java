package dev.espalier.prune.compile;

import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddScalar;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.Gelu;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.MulScalar;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Sigmoid;
import dev.espalier.autograd.op.Silu;
import dev.espalier.autograd.op.Tanh;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.compile.Program.Instruction;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Normalization;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes steps of recorded operations: folds batch-norm, fuses bias and ReLU. */
final class Translator {
  private final Recording recording;
  private final IdentityHashMap<Parameter, String> names = new IdentityHashMap<>();
  private final IdentityHashMap<Variable, Integer> slots = new IdentityHashMap<>();
  private final Set<Variable> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Instruction> instructions = new ArrayList<>();

  private Translator(Recording recording, Map<String, Parameter> parameters) {
    this.recording = recording;
    parameters.forEach((name, parameter) -> names.put(parameter, name));
    slots.put(recording.input(), 0);
  }

  /** The program, with every weight dense. */
  static Program translate(Recording recording, Map<String, Parameter> parameters) {
    var translator = new Translator(recording, parameters);
    for (Variable result : recording.results()) {
      if (!translator.absorbed.contains(result)) {
        translator.step(result);
      }
    }
    Tensor example = recording.input().tensor();
    int result = translator.slots.get(recording.output());
    return new Program(translator.instructions, example.shape(), example.dtype(), result);
  }

  private void step(Variable result) {
    List<Variable> in = result.node().inputs();
    List<Variable> parameters = in.subList(1, in.size());
    boolean constant = parameters.stream().noneMatch(recording::isActivation);
    switch (result.node().op()) {
      case Linear _ when constant && named(parameters) -> product(result, null);
      case Conv2d(ConvSpec spec, _) when constant && named(parameters) -> product(result, spec);
      case BatchNormInference norm when constant -> affine(result, norm);
      default -> other(result, BatchSize.anyBatch(result.node().op(), result));
    }
  }

  private static boolean named(List<Variable> operands) {
    return operands.stream().allMatch(operand -> Recording.parameterOf(operand) != null);
  }

  private void product(Variable result, ConvSpec spec) {
    List<Variable> in = result.node().inputs();
    Tensor w = constant(in.get(1));
    Tensor bias = in.size() > 2 ? constant(in.get(2)) : null;
    Variable end = result;
    Variable next = recording.soleReader(end);
    boolean outputsAreChannels = spec != null || result.shape().rank() == 2;
    if (outputsAreChannels && next != null && foldable(next, result)) {
      var norm = (BatchNormInference) next.node().op();
      var folded = Folding.fold(w, bias, channelAffine(next, norm));
      w = folded.weight();
      bias = folded.bias();
      absorbed.add(next);
      end = next;
      next = recording.soleReader(end);
    }
    boolean relu = absorbRelu(next);
    end = relu ? next : end;
    Parameter parameter = Recording.parameterOf(in.get(1));
    var granularity =
        parameter.mask() == null ? new Granularity.Element() : parameter.mask().granularity();
    var weight = ProductWeight.undecided(w, granularity, spec);
    emit(new ProductStep(names.get(parameter), weight, bias, relu, spec), end, in.getFirst());
  }

  /** Whether a step normalises this value by constants. */
  private boolean foldable(Variable next, Variable value) {
    List<Variable> in = next.node().inputs();
    return next.node().op() instanceof BatchNormInference
        && in.getFirst() == value
        && in.stream().skip(1).noneMatch(recording::isActivation);
  }

  private boolean absorbRelu(Variable next) {
    return next != null && next.node().op() instanceof Relu && absorbed.add(next);
  }

  private void affine(Variable result, BatchNormInference norm) {
    var affine = channelAffine(result, norm);
    Variable next = recording.soleReader(result);
    boolean relu = absorbRelu(next);
    emit(
        new AffineStep(affine.scale(), affine.shift(), relu),
        relu ? next : result,
        result.node().inputs().getFirst());
  }

  private Normalization.Affine channelAffine(Variable result, BatchNormInference norm) {
    List<Variable> in = result.node().inputs();
    return Normalization.batchNormAffine(
        constant(in.get(1)), constant(in.get(2)), norm.mean(), norm.variance(), norm.eps());
  }

  private void other(Variable result, Op op) {
    List<Variable> in = result.node().inputs();
    Shape first = in.getFirst().shape();
    if (in.stream().allMatch(recording::isActivation)) {
      switch (op) {
        case Relu _ -> element(result, op, UnaryOp.RELU, 0);
        case Gelu _ -> element(result, op, UnaryOp.GELU, 0);
        case Silu _ -> element(result, op, UnaryOp.SILU, 0);
        case Sigmoid _ -> element(result, op, UnaryOp.SIGMOID, 0);
        case Tanh _ -> element(result, op, UnaryOp.TANH, 0);
        case MulScalar(double value) -> element(result, op, UnaryOp.MUL_SCALAR, value);
        case AddScalar(double value) -> element(result, op, UnaryOp.ADD_SCALAR, value);
        case MaxPool2d(var spec) -> emit(new PoolStep(spec, true), result, in.getFirst());
        case AvgPool2d(var spec) -> emit(new PoolStep(spec, false), result, in.getFirst());
        case GlobalAvgPool2d _ -> emit(new MeanStep(), result, in.getFirst());
        case Flatten _ -> emit(new FlattenStep(), result, in.getFirst());
        case Concat(int axis) ->
            emit(new ConcatStep(first.axis(axis)), result, in.toArray(Variable[]::new));
        case Add _ when first.equals(in.get(1).shape()) -> sum(result);
        default -> operation(result, op);
      }
    } else {
      operation(result, op);
    }
  }

  private void element(Variable result, Op op, UnaryOp function, double parameter) {
    var step = new ElementStep(op.name(), function, parameter);
    emit(step, result, result.node().inputs().getFirst());
  }

  private void sum(Variable result) {
    Variable next = recording.soleReader(result);
    boolean relu = absorbRelu(next);
    List<Variable> in = result.node().inputs();
    emit(new SumStep(relu), relu ? next : result, in.get(0), in.get(1));
  }

  private void operation(Variable result, Op op) {
    List<Variable> activationOperands = new ArrayList<>();
    List<Optional<Tensor>> constants = new ArrayList<>();
    for (Variable operand : result.node().inputs()) {
      boolean activation = recording.isActivation(operand);
      constants.add(activation ? Optional.empty() : Optional.of(constant(operand)));
      if (activation) {
        activationOperands.add(operand);
      }
    }
    var step = new OpStep(op, constants, result.shape());
    emit(step, result, activationOperands.toArray(Variable[]::new));
  }

  /** The value that an operand has whatever the input; a copy. */
  private static Tensor constant(Variable operand) {
    return operand.tensor().copy();
  }

  private void emit(Step step, Variable result, Variable... operands) {
    if (result.shape().rank() == 0 || result.dim(0) != recording.input().dim(0)) {
      throw BatchSize.refusal(
          result.node().op(), operands[0], result, "does not keep the batch in axis 0");
    }
    int[] from = new int[operands.length];
    for (int i = 0; i < from.length; i++) {
      from[i] = slots.get(operands[i]);
    }
    slots.put(result, Program.outputOf(instructions.size()));
    instructions.add(new Instruction(step, from));
  }
}
