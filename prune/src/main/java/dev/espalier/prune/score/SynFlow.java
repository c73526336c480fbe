package dev.espalier.prune.score;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddRelu;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.MulScalar;
import dev.espalier.autograd.op.Narrow;
import dev.espalier.autograd.op.Permute;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Synaptic flow: {@code s = |w| ∂R/∂|w|}, R the sum of the outputs of the network with every weight
 * and normalisation scale replaced by its magnitude, without biases, shifts and running means, for
 * one input of ones. No data.
 *
 * <p>s is the sum over all paths through w of the products of magnitudes along them, so in a chain
 * every layer has the same total and no layer dies before others do; the source prunes in 100
 * rounds of an exponential schedule, scoring anew in each. It is computed in float64, since the
 * products of deep networks leave float32; the module is given its own values and type back. What
 * is not linear on positive values (tanh, softmax, …) is refused. Source: H. Tanaka, D. Kunin, D.
 * Yamins, S. Ganguli, Pruning Neural Networks without Any Data by Iteratively Conserving Synaptic
 * Flow (2020), whose code keeps running means.
 */
public record SynFlow() implements Scorer {
  @Override
  public String name() {
    return "synflow";
  }

  @Override
  public boolean needsData() {
    return false;
  }

  @Override
  public Score scores(ScoringContext context) {
    Module module = context.module();
    List<DType> types = module.parameters().stream().map(Variable::dtype).distinct().toList();
    if (types.size() != 1) {
      throw new IllegalArgumentException(
          "scorer 'synflow': all parameters must have one type but have " + types);
    }
    context.variables(name()); // refuses frozen weights before anything is changed
    Map<String, Tensor> saved = new LinkedHashMap<>();
    module.stateDict().forEach((name, tensor) -> saved.put(name, tensor.copy()));
    try (var _ = module.evaluating()) {
      module.to(DType.FLOAT64);
      straighten(module);
      return flow(context);
    } finally {
      module.to(types.getFirst());
      module.loadStateDict(saved);
    }
  }

  private static void straighten(Module module) {
    Set<Parameter> scales = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Module part : module.namedModules().values()) {
      if (part instanceof BatchNorm norm) {
        norm.runningMean().fill(0);
        scales.add(norm.weight());
      }
    }
    for (Parameter parameter : module.parameters()) {
      if (parameter.shape().rank() > 1 || scales.contains(parameter)) {
        try (Tensor magnitude = Elementwise.abs(parameter.tensor())) {
          parameter.tensor().copyFrom(magnitude);
        }
      } else {
        parameter.tensor().fill(0);
      }
    }
  }

  private Score flow(ScoringContext context) {
    int[] dims = context.example().shape().toArray();
    dims[0] = 1;
    try (var _ = Autograd.enableGrad();
        var scope = Scope.open("synflow")) {
      Variable ones = Variable.of(Tensor.full(DType.FLOAT64, Shape.of(dims), 1));
      Variable output = context.module().forward(ones);
      Traversal.oldestFirst(output).forEach(made -> require(made.node().op()));
      List<Variable> weights = new ArrayList<>();
      context.weights().forEach(weight -> weights.add(weight.parameter()));
      List<Variable> gradients = Autograd.grad(output.sum(), weights, false);
      Map<String, Tensor> scores = new LinkedHashMap<>();
      for (int i = 0; i < weights.size(); i++) {
        PrunableWeight weight = context.weights().get(i);
        Tensor score = Elementwise.mul(weights.get(i).tensor(), gradients.get(i).tensor());
        scores.put(weight.name(), scope.keep(score));
      }
      return new Score.Elements(name(), scores);
    }
  }

  private static void require(Op op) {
    switch (op) {
      case Linear _,
          Conv2d _,
          BatchNormInference _,
          Relu _,
          Add _,
          AddRelu _,
          MaxPool2d _,
          AvgPool2d _,
          GlobalAvgPool2d _,
          Flatten _,
          Reshape _,
          Permute _,
          Narrow _,
          Concat _,
          Masked _ -> {}
      case MulScalar(double factor) when factor >= 0 -> {}
      default ->
          throw new UnsupportedOperationException(
              "scorer 'synflow': operation '%s' is not linear on positive values, so flow is not conserved through it"
                  .formatted(op.name()));
    }
  }
}
