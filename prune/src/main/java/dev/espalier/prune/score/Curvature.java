package dev.espalier.prune.score;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Node;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddRelu;
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
import dev.espalier.autograd.op.Narrow;
import dev.espalier.autograd.op.Permute;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.autograd.op.Sigmoid;
import dev.espalier.autograd.op.Silu;
import dev.espalier.autograd.op.Sub;
import dev.espalier.autograd.op.Tanh;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.KlDivergence;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.loss.MeanSquaredError;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Convolution;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.MatMul;
import dev.espalier.tensor.ops.Softmax;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The diagonal of the Hessian of a loss by back-propagation of second derivatives.
 *
 * <p>With h(v) the second derivative at a value: products give {@code h(w_ij) = Σ h(a_i) x_j²} and
 * {@code h(x_j) = Σ_i w_ij² h(a_i)}, the sums over examples and positions; {@code x = f(a)} gives
 * {@code h(a) = f'(a)² h(x) + f''(a) ∂E/∂x}, without the last term in the Gauss-Newton form.
 * Pooling, flattening and addition pass h on with the squares of their coefficients. At the output,
 * with the mean over N rows: {@code p (1 - p) / N} for softmax cross-entropy, {@code 2 / (N D)} for
 * the mean squared error of D outputs. Off-diagonal terms are dropped at every value, so it is
 * exact where they vanish (squared error, one hidden layer) and an approximation elsewhere.
 *
 * <p>Source: Y. LeCun, J. Denker, S. Solla, Optimal Brain Damage (1990).
 */
final class Curvature {
  private final Map<Variable, Tensor> waiting = new IdentityHashMap<>();
  private final Map<Parameter, Tensor> found = new IdentityHashMap<>();
  private final Map<Variable, Tensor> gradients;

  private Curvature(Map<Variable, Tensor> gradients) {
    this.gradients = gradients;
  }

  /**
   * Second derivatives at the weights of products, by parameter.
   *
   * @throws UnsupportedOperationException naming an operation or loss that has no rule
   */
  static Map<Parameter, Tensor> of(
      Variable output, Loss loss, Tensor targets, boolean gaussNewton) {
    List<Variable> made = Traversal.oldestFirst(output);
    Tensor atOutput = atOutput(output.tensor(), loss);
    var pass = new Curvature(gaussNewton ? Map.of() : gradients(made, loss.of(output, targets)));
    pass.waiting.put(output, atOutput);
    for (Variable result : made.reversed()) {
      Tensor h = pass.waiting.remove(result);
      if (h != null) {
        pass.visit(result, result.node(), h);
      }
    }
    return pass.found;
  }

  private static Tensor atOutput(Tensor y, Loss loss) {
    return switch (loss) {
      case CrossEntropy _, KlDivergence _ -> {
        Tensor p = Softmax.softmax(y);
        yield Elementwise.mulScalar(Elementwise.sub(p, Elementwise.square(p)), 1.0 / y.dim(0));
      }
      case MeanSquaredError _ -> Tensor.full(y.dtype(), y.shape(), 2.0 / y.size());
      default ->
          throw new UnsupportedOperationException(
              "curvature: no second derivative is known of loss %s; use CrossEntropy, KlDivergence or MeanSquaredError"
                  .formatted(loss.getClass().getSimpleName()));
    };
  }

  /** First derivatives at the results of curved operations. */
  private static Map<Variable, Tensor> gradients(List<Variable> made, Variable loss) {
    List<Variable> curved = made.stream().filter(v -> isCurved(v.node().op())).toList();
    Map<Variable, Tensor> gradients = new IdentityHashMap<>();
    if (!curved.isEmpty()) {
      Tensor one = Tensor.full(loss.dtype(), loss.shape(), 1);
      // createGraph keeps the recorded pass, which is walked again
      List<Variable> at = Autograd.grad(loss, Variable.of(one), curved, true);
      for (int i = 0; i < curved.size(); i++) {
        gradients.put(curved.get(i), at.get(i).tensor());
      }
    }
    return gradients;
  }

  private static boolean isCurved(Op op) {
    return op instanceof Tanh || op instanceof Sigmoid || op instanceof Gelu || op instanceof Silu;
  }

  private void visit(Variable result, Node node, Tensor h) {
    switch (node.op()) {
      case Linear _ -> linear(node, h);
      case Conv2d conv -> convolution(conv, node, h);
      case Relu _, Tanh _, Sigmoid _, Gelu _, Silu _, MulScalar _, AddScalar _ ->
          pointwise(result, node, h);
      case Add _, Sub _, AddRelu _, BatchNormInference _ -> pointwise(result, node, h);
      case Flatten _, Reshape _, Permute _, Narrow _, Concat _, MaxPool2d _ ->
          passOn(node, pulledBack(node, h), 1);
      case AvgPool2d(PoolSpec spec) ->
          passOn(node, pulledBack(node, h), 1.0 / (spec.kernelH() * spec.kernelW()));
      case GlobalAvgPool2d _ -> {
        Variable x = node.inputs().getFirst();
        passOn(node, pulledBack(node, h), 1.0 / (x.dim(2) * x.dim(3)));
      }
      default ->
          throw new UnsupportedOperationException(
              "curvature: operation '%s' has no rule; use the scorer 'hessian', which differentiates twice"
                  .formatted(node.op().name()));
    }
  }

  private void linear(Node node, Tensor h) {
    Variable x = node.inputs().get(0);
    Variable w = node.inputs().get(1);
    Tensor rows = h.contiguous().reshape(-1, w.dim(0));
    Tensor inputs = x.tensor().contiguous().reshape(-1, w.dim(1));
    atWeight(w, MatMul.matmul(rows.transpose(), Elementwise.square(inputs)));
    if (isMade(x)) {
      deposit(x, MatMul.matmul(rows, Elementwise.square(w.tensor())).reshape(x.shape()));
    }
  }

  private void convolution(Conv2d conv, Node node, Tensor h) {
    Variable x = node.inputs().get(0);
    Variable w = node.inputs().get(1);
    Tensor squares = Elementwise.square(x.tensor());
    atWeight(w, Convolution.conv2dGradWeight(squares, h, conv.spec(), w.shape()));
    if (isMade(x)) {
      deposit(
          x,
          Convolution.conv2dGradInput(h, Elementwise.square(w.tensor()), conv.spec(), x.shape()));
    }
  }

  private void atWeight(Variable weight, Tensor h) {
    Parameter parameter = ChannelTrace.parameterOf(weight);
    if (parameter != null) {
      found.merge(parameter, h, Elementwise::add);
    }
  }

  /** {@code f'² h}, and {@code f'' g} if first derivatives were taken. */
  private void pointwise(Variable result, Node node, Tensor h) {
    List<Variable> made = node.inputs().stream().filter(Curvature::isMade).toList();
    boolean alike = made.stream().allMatch(in -> in.shape().equals(result.shape()));
    if (!alike || made.size() != made.stream().distinct().count()) {
      throw new UnsupportedOperationException(
          "curvature: operation '%s' broadcasts or reads one value twice, for which there is no rule"
              .formatted(node.op().name()));
    }
    List<Tensor> slopes = pulledBack(node, Tensor.full(h.dtype(), h.shape(), 1));
    for (int i = 0; i < made.size(); i++) {
      Tensor here = Elementwise.mul(Elementwise.square(slopes.get(i)), h);
      Tensor gradient = gradients.get(result);
      if (gradient != null) {
        here = Elementwise.add(here, Elementwise.mul(bend(node), gradient));
      }
      deposit(made.get(i), here);
    }
  }

  /** f'' of an operation of one operand. */
  private static Tensor bend(Node node) {
    Variable x = Variable.leaf(node.inputs().getFirst().tensor().alias());
    Variable slope = Autograd.grad(Autograd.apply(node.op(), x).sum(), List.of(x), true).getFirst();
    return Autograd.grad(slope.sum(), List.of(x), false).getFirst().tensor();
  }

  private void passOn(Node node, List<Tensor> pulled, double coefficient) {
    List<Variable> made = node.inputs().stream().filter(Curvature::isMade).toList();
    for (int i = 0; i < made.size(); i++) {
      Tensor h = pulled.get(i);
      deposit(made.get(i), coefficient == 1 ? h : Elementwise.mulScalar(h, coefficient));
    }
  }

  /** The vector-Jacobian products of one operation alone, at the operands that were made. */
  private static List<Tensor> pulledBack(Node node, Tensor cotangent) {
    Variable[] operands = new Variable[node.inputs().size()];
    List<Variable> wanted = new ArrayList<>();
    for (int i = 0; i < operands.length; i++) {
      Variable input = node.inputs().get(i);
      if (isMade(input)) {
        operands[i] = Variable.leaf(input.tensor().alias());
        wanted.add(operands[i]);
      } else {
        operands[i] = Variable.of(input.tensor());
      }
    }
    if (wanted.isEmpty()) {
      return List.of();
    }
    Variable again = Autograd.apply(node.op(), operands);
    return Autograd.grad(again, Variable.of(cotangent), wanted, false).stream()
        .map(Variable::tensor)
        .toList();
  }

  /** Whether a value depends on weights, so that the recursion goes on. */
  private static boolean isMade(Variable value) {
    return value.node() != null && ChannelTrace.parameterOf(value) == null;
  }

  private void deposit(Variable at, Tensor h) {
    waiting.merge(at, h, Elementwise::add);
  }
}
