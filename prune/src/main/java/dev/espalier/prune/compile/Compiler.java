package dev.espalier.prune.compile;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Node;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.Relu;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.surgery.ShrinkPlan;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Normalization;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a module into a {@link CompiledModel}: drops dead channels, folds batch-norm into the
 * product before it, fuses bias and ReLU, and stores each weight in the format that the crossover
 * table names for its shape and density.
 *
 * <p>The module's forward pass is recorded once in evaluation mode; control flow that depends on
 * values is frozen as recorded. Outputs equal the masked module's up to rounding, which is checked
 * on the example before the result is returned.
 */
public final class Compiler {
  /**
   * Relative to the largest output; float32 products of a few thousand terms differ by less than
   * this when reordered.
   */
  private static final double TOLERANCE = 1e-4;

  private final IdentityHashMap<Parameter, String> names = new IdentityHashMap<>();
  private final IdentityHashMap<Variable, Integer> slots = new IdentityHashMap<>();
  private final IdentityHashMap<Variable, Integer> uses = new IdentityHashMap<>();
  private final IdentityHashMap<Variable, Variable> onlyReader = new IdentityHashMap<>();
  private final Set<Variable> activations = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Variable> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Step> steps = new ArrayList<>();
  private final List<int[]> inputs = new ArrayList<>();
  private final List<Integer> outputs = new ArrayList<>();
  private final FormatChoice formats;
  private final ShrinkPlan plan;

  private Compiler(Module module, Tensor example, FormatChoice formats) {
    module.namedParameters().forEach((name, parameter) -> names.put(parameter, name));
    this.formats = formats;
    this.plan = ShrinkPlan.of(module, example);
  }

  /** Compiles with the formats of the standard crossover table. */
  public static CompiledModel compile(Module module, Tensor example) {
    return compile(module, example, FormatChoice.byTable(Crossover.standard()));
  }

  /**
   * Compiles a module.
   *
   * @param example an input; at least one row
   * @throws IllegalArgumentException if an operation cannot run on another batch size, with its
   *     name, or the output does not depend on the input
   * @throws IllegalStateException if the result disagrees with the module on the example
   */
  public static CompiledModel compile(Module module, Tensor example, FormatChoice formats) {
    try (var _ = module.evaluating();
        var _ = Scope.open("compile")) {
      var compiler = new Compiler(module, example, formats);
      Variable output = compiler.record(module, example);
      CompiledModel model = compiler.link(output, example);
      SelfCheck.agrees(model, example, output.tensor(), TOLERANCE);
      compiler.keepConstants();
      return model;
    }
  }

  private Variable record(Module module, Tensor example) {
    try (var _ = Autograd.enableGrad()) {
      Variable input = Variable.leaf(example.alias());
      Variable output = module.forward(input);
      slots.put(input, 0);
      activations.add(input);
      List<Variable> made = Traversal.oldestFirst(output);
      for (Variable result : made) {
        List<Variable> operands = result.node().inputs();
        for (Variable operand : operands) {
          uses.merge(operand, 1, Integer::sum);
          onlyReader.put(operand, result);
        }
        if (operands.stream().anyMatch(activations::contains)) {
          activations.add(result);
        }
      }
      uses.merge(output, 1, Integer::sum);
      if (!activations.contains(output)) {
        throw new IllegalArgumentException("compile: the output does not depend on the input");
      }
      for (Variable result : made) {
        if (activations.contains(result) && !absorbed.contains(result)) {
          translate(result);
        }
      }
      return output;
    }
  }

  private void translate(Variable result) {
    Node node = result.node();
    List<Variable> parameters = node.inputs().subList(1, node.inputs().size());
    boolean constant = parameters.stream().noneMatch(activations::contains);
    switch (node.op()) {
      case Linear _ when constant && named(parameters) -> product(result, null);
      case Conv2d(ConvSpec spec, _) when constant && named(parameters) -> product(result, spec);
      case BatchNormInference norm when constant -> affine(result, norm);
      default -> other(result);
    }
  }

  private static boolean named(List<Variable> operands) {
    return operands.stream().allMatch(operand -> parameterOf(operand) != null);
  }

  private void product(Variable result, ConvSpec spec) {
    List<Variable> in = result.node().inputs();
    Tensor w = constant(in.get(1));
    Tensor bias = in.size() > 2 ? constant(in.get(2)) : null;
    Variable end = result;
    Variable next = soleReader(end);
    boolean outputsAreChannels = spec != null || result.shape().rank() == 2;
    if (outputsAreChannels && next != null && foldable(next, result)) {
      var norm = (BatchNormInference) next.node().op();
      var folded = Folding.fold(w, bias, channelAffine(next, norm));
      w = folded.weight();
      bias = folded.bias();
      absorbed.add(next);
      end = next;
      next = soleReader(end);
    }
    boolean relu = absorbRelu(next);
    end = relu ? next : end;
    int[] kernel = spec == null ? new int[0] : new int[] {w.dim(2), w.dim(3)};
    String name = names.get(parameterOf(in.get(1)));
    emit(
        new ProductStep(name, new ProductWeight(w, spec, formats), kernel, bias, relu, spec),
        end,
        in.getFirst());
  }

  /** Whether a step normalises this value by constants. */
  private boolean foldable(Variable next, Variable value) {
    List<Variable> in = next.node().inputs();
    return next.node().op() instanceof BatchNormInference
        && in.getFirst() == value
        && in.stream().skip(1).noneMatch(activations::contains);
  }

  private boolean absorbRelu(Variable next) {
    return next != null && next.node().op() instanceof Relu && absorbed.add(next);
  }

  private void affine(Variable result, BatchNormInference norm) {
    var affine = channelAffine(result, norm);
    Variable next = soleReader(result);
    boolean relu = absorbRelu(next);
    emit(
        new AffineStep(affine.scale(), affine.shift(), relu),
        relu ? next : result,
        result.node().inputs().getFirst());
  }

  private Normalization.Affine channelAffine(Variable result, BatchNormInference norm) {
    List<Variable> in = result.node().inputs();
    Parameter gamma = parameterOf(in.get(1));
    return Normalization.batchNormAffine(
        constant(in.get(1)),
        constant(in.get(2)),
        plan.statistic(gamma, norm.mean()),
        plan.statistic(gamma, norm.variance()),
        norm.eps());
  }

  private void other(Variable result) {
    var op = BatchSize.anyBatch(result.node().op(), result);
    List<Variable> activationOperands = new ArrayList<>();
    List<Optional<Tensor>> constants = new ArrayList<>();
    for (Variable operand : result.node().inputs()) {
      boolean activation = activations.contains(operand);
      constants.add(activation ? Optional.empty() : Optional.of(constant(operand)));
      if (activation) {
        activationOperands.add(operand);
      }
    }
    emit(new OpStep(op, constants), result, activationOperands.toArray(Variable[]::new));
  }

  /** The value that an operand has whatever the input, without what the plan drops; a copy. */
  private Tensor constant(Variable operand) {
    Parameter parameter = parameterOf(operand);
    if (parameter == null) {
      return operand.tensor().copy();
    }
    Tensor value = plan.value(parameter);
    Mask mask = operand == parameter ? null : plan.mask(parameter);
    return mask == null ? value : mask.applyInPlace(value);
  }

  private void emit(Step step, Variable result, Variable... operands) {
    int slot = outputs.size() + 1;
    slots.put(result, slot);
    steps.add(step);
    outputs.add(slot);
    int[] from = new int[operands.length];
    for (int i = 0; i < from.length; i++) {
      from[i] = slots.get(operands[i]);
    }
    inputs.add(from);
  }

  /** Finds each slot's last reader, so that its memory can be reused from there on. */
  private CompiledModel link(Variable output, Tensor example) {
    int result = slots.get(output);
    Map<Integer, Integer> lastReader = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      for (int slot : inputs.get(i)) {
        lastReader.put(slot, i);
      }
    }
    List<CompiledModel.Instruction> program = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      int at = i;
      int[] dead =
          Arrays.stream(inputs.get(i))
              .distinct()
              .filter(slot -> slot != result && lastReader.get(slot) == at)
              .toArray();
      program.add(new CompiledModel.Instruction(steps.get(i), inputs.get(i), outputs.get(i), dead));
    }
    return new CompiledModel(program, outputs.size() + 1, result, example);
  }

  private void keepConstants() {
    steps.forEach(step -> step.constants().forEach(Scope::detach));
  }

  /** The operation that alone reads a value, or null. */
  private Variable soleReader(Variable value) {
    return uses.getOrDefault(value, 0) == 1 ? onlyReader.get(value) : null;
  }

  private static Parameter parameterOf(Variable variable) {
    if (variable instanceof Parameter parameter) {
      return parameter;
    }
    return variable.node() != null && variable.node().op() instanceof Masked
        ? parameterOf(variable.node().inputs().getFirst())
        : null;
  }
}
