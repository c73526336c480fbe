package dev.espalier.prune.surgery;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Abs;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddRelu;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNorm;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Erf;
import dev.espalier.autograd.op.Expand;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GatherRows;
import dev.espalier.autograd.op.Gelu;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.LayerNorm;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.MatMul;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.Mul;
import dev.espalier.autograd.op.MulScalar;
import dev.espalier.autograd.op.Narrow;
import dev.espalier.autograd.op.Permute;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.autograd.op.Silu;
import dev.espalier.autograd.op.Sub;
import dev.espalier.autograd.op.Sum;
import dev.espalier.autograd.op.Tanh;
import dev.espalier.nn.Parameter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Which values of a recorded forward pass are zero for every input, once some parameters are. */
final class ZeroFlow {
  private final Predicate<Parameter> zeroParameter;
  private final Set<Variable> zeros = Collections.newSetFromMap(new IdentityHashMap<>());

  private ZeroFlow(Predicate<Parameter> zeroParameter) {
    this.zeroParameter = zeroParameter;
  }

  /** Whether a value is zero when all parameters of a kind are. */
  static boolean isZero(Variable value, Predicate<Parameter> zeroParameter) {
    var flow = new ZeroFlow(zeroParameter);
    for (Variable made : Traversal.oldestFirst(value)) {
      if (flow.makesZero(made.node())) {
        flow.zeros.add(made);
      }
    }
    return flow.zero(value);
  }

  private boolean zero(Variable value) {
    return value instanceof Parameter parameter
        ? zeroParameter.test(parameter)
        : zeros.contains(value);
  }

  private boolean makesZero(Node node) {
    List<Variable> in = node.inputs();
    return switch (node.op()) {
      case Linear _, Conv2d _ ->
          (zero(in.get(0)) || zero(in.get(1))) && in.stream().skip(2).allMatch(this::zero);
      case BatchNorm _, BatchNormInference _, LayerNorm _ ->
          in.stream().skip(1).allMatch(this::zero);
      case MatMul _, Mul _ -> in.stream().anyMatch(this::zero);
      case Add _, Sub _, AddRelu _, Concat _ -> in.stream().allMatch(this::zero);
      case Relu _,
          Gelu _,
          Silu _,
          Tanh _,
          Abs _,
          Erf _,
          MulScalar _,
          MaxPool2d _,
          AvgPool2d _,
          GlobalAvgPool2d _,
          Flatten _,
          Reshape _,
          Permute _,
          Narrow _,
          Expand _,
          Sum _,
          GatherRows _,
          Masked _ ->
          zero(in.getFirst());
      default -> false;
    };
  }
}
