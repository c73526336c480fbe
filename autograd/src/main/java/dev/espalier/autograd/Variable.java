package dev.espalier.autograd;

import dev.espalier.autograd.op.Abs;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AddScalar;
import dev.espalier.autograd.op.Div;
import dev.espalier.autograd.op.Erf;
import dev.espalier.autograd.op.Exp;
import dev.espalier.autograd.op.Expand;
import dev.espalier.autograd.op.Gelu;
import dev.espalier.autograd.op.Log;
import dev.espalier.autograd.op.MatMul;
import dev.espalier.autograd.op.Max;
import dev.espalier.autograd.op.Maximum;
import dev.espalier.autograd.op.Mul;
import dev.espalier.autograd.op.MulScalar;
import dev.espalier.autograd.op.Narrow;
import dev.espalier.autograd.op.Permute;
import dev.espalier.autograd.op.PowScalar;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.autograd.op.Sigmoid;
import dev.espalier.autograd.op.Silu;
import dev.espalier.autograd.op.Sub;
import dev.espalier.autograd.op.Sum;
import dev.espalier.autograd.op.Tanh;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A tensor, its gradient, and the record of the operation that made it.
 *
 * <p>A <em>leaf</em> is made by the user; if it requires a gradient, {@link #backward} adds to its
 * {@link #grad}. The result of an operation on variables of which one requires a gradient records
 * that operation. PyTorch: {@code torch.Tensor} with {@code requires_grad}.
 */
public class Variable {
  private Tensor tensor;
  private final boolean requiresGrad;
  private final Node node;
  private Variable grad;
  private List<UnaryOperator<Variable>> hooks = List.of();

  /** A leaf; subclasses give leaves a name or a role. */
  protected Variable(Tensor tensor, boolean requiresGrad) {
    this(tensor, requiresGrad, null);
    if (requiresGrad && !tensor.dtype().isCompute()) {
      throw new IllegalArgumentException(
          "variable: a gradient needs float32 or float64 but the tensor is " + tensor.dtype());
    }
  }

  Variable(Tensor tensor, boolean requiresGrad, Node node) {
    this.tensor = tensor;
    this.requiresGrad = requiresGrad;
    this.node = node;
  }

  /** A constant: no gradient flows into it. */
  public static Variable of(Tensor tensor) {
    return new Variable(tensor, false);
  }

  /** A leaf that collects a gradient. */
  public static Variable leaf(Tensor tensor) {
    return new Variable(tensor, true);
  }

  public Tensor tensor() {
    return tensor;
  }

  /** Replaces the value of a leaf (loading, surgery); the gradient is dropped. */
  protected void replaceTensor(Tensor replacement) {
    if (node != null) {
      throw new IllegalStateException("variable: only a leaf's tensor can be replaced");
    }
    zeroGrad();
    tensor = replacement;
  }

  public Shape shape() {
    return tensor.shape();
  }

  public DType dtype() {
    return tensor.dtype();
  }

  /** Extent of one axis; negative axes count from the end. */
  public int dim(int axis) {
    return tensor.dim(axis);
  }

  public boolean requiresGrad() {
    return requiresGrad;
  }

  /** The operation that made this variable, or null for a leaf. */
  public Node node() {
    return node;
  }

  /** The gradient collected so far, or null. */
  public Variable grad() {
    return grad;
  }

  /** Drops the gradient and frees its memory. */
  public void zeroGrad() {
    if (grad != null) {
      grad.tensor.close();
      grad = null;
    }
  }

  /** Sets the gradient; for optimisers' tests and gradient surgery. */
  public void setGrad(Variable gradient) {
    grad = gradient;
  }

  /** The same value, cut off from the graph. */
  public Variable detach() {
    return of(tensor);
  }

  /**
   * Calls {@code hook} with this variable's whole gradient in every backward pass; what it returns
   * takes its place.
   *
   * <p>The gradient's memory is freed when the pass has used it: copy it to keep it.
   */
  public void addHook(UnaryOperator<Variable> hook) {
    var extended = new ArrayList<>(hooks);
    extended.add(hook);
    hooks = List.copyOf(extended);
  }

  Variable throughHooks(Variable gradient) {
    Variable result = gradient;
    for (UnaryOperator<Variable> hook : hooks) {
      result = hook.apply(result);
    }
    return result;
  }

  /** Back-propagates from this one-element variable and frees the graph. */
  public void backward() {
    if (tensor.size() != 1) {
      throw new IllegalStateException(
          "backward: the variable must have one element but has shape %s; pass the gradient at it"
              .formatted(shape()));
    }
    try (Tensor one = Tensor.fullLike(tensor, 1)) {
      backward(of(one));
    }
  }

  /**
   * Back-propagates the given gradient at this variable, adds to the leaves' {@link #grad}, and
   * frees the graph.
   */
  public void backward(Variable gradient) {
    Backpropagation.intoLeaves(this, gradient, false, false);
  }

  /**
   * As {@link #backward(Variable)}; createGraph records the pass itself, and either flag keeps the
   * graph.
   */
  public void backward(Variable gradient, boolean retainGraph, boolean createGraph) {
    Backpropagation.intoLeaves(this, gradient, retainGraph, createGraph);
  }

  public Variable add(Variable other) {
    return Autograd.apply(new Add(), this, other);
  }

  public Variable sub(Variable other) {
    return Autograd.apply(new Sub(), this, other);
  }

  public Variable mul(Variable other) {
    return Autograd.apply(new Mul(), this, other);
  }

  public Variable div(Variable other) {
    return Autograd.apply(new Div(), this, other);
  }

  public Variable maximum(Variable other) {
    return Autograd.apply(new Maximum(), this, other);
  }

  public Variable add(double value) {
    return Autograd.apply(new AddScalar(value), this);
  }

  public Variable mul(double value) {
    return Autograd.apply(new MulScalar(value), this);
  }

  public Variable neg() {
    return mul(-1);
  }

  public Variable pow(double exponent) {
    return Autograd.apply(new PowScalar(exponent), this);
  }

  public Variable square() {
    return pow(2);
  }

  public Variable sqrt() {
    return pow(0.5);
  }

  public Variable exp() {
    return Autograd.apply(new Exp(), this);
  }

  public Variable log() {
    return Autograd.apply(new Log(), this);
  }

  public Variable abs() {
    return Autograd.apply(new Abs(), this);
  }

  public Variable erf() {
    return Autograd.apply(new Erf(), this);
  }

  public Variable relu() {
    return Autograd.apply(new Relu(), this);
  }

  public Variable sigmoid() {
    return Autograd.apply(new Sigmoid(), this);
  }

  public Variable tanh() {
    return Autograd.apply(new Tanh(), this);
  }

  public Variable gelu() {
    return Autograd.apply(new Gelu(), this);
  }

  public Variable silu() {
    return Autograd.apply(new Silu(), this);
  }

  /** Matrix product; see {@link MatMul}. */
  public Variable matmul(Variable other) {
    return Autograd.apply(new MatMul(), this, other);
  }

  /** Sum over all elements. */
  public Variable sum() {
    return sum(false);
  }

  /** Sum over the given axes (all if none). */
  public Variable sum(boolean keepDims, int... axes) {
    return Autograd.apply(Sum.over(shape(), keepDims, axes), this);
  }

  /** Mean over all elements. */
  public Variable mean() {
    return mean(false);
  }

  /** Mean over the given axes (all if none). */
  public Variable mean(boolean keepDims, int... axes) {
    long count =
        axes.length == 0
            ? tensor.size()
            : Arrays.stream(axes).mapToLong(this::dim).reduce(1, (a, b) -> a * b);
    return sum(keepDims, axes).mul(1.0 / count);
  }

  /** Largest element along one axis. */
  public Variable max(int axis, boolean keepDims) {
    return Autograd.apply(new Max(shape().axis(axis), keepDims), this);
  }

  /** The same elements in another shape; one extent may be -1. */
  public Variable reshape(int... dims) {
    return Autograd.apply(new Reshape(dims.clone()), this);
  }

  public Variable permute(int... order) {
    return Autograd.apply(new Permute(Arrays.stream(order).map(shape()::axis).toArray()), this);
  }

  /** Exchanges two axes. */
  public Variable transpose(int axis0, int axis1) {
    int[] order = new int[shape().rank()];
    Arrays.setAll(order, i -> i);
    order[shape().axis(axis0)] = shape().axis(axis1);
    order[shape().axis(axis1)] = shape().axis(axis0);
    return permute(order);
  }

  /** {@code length} positions from {@code start} along an axis. */
  public Variable narrow(int axis, int start, int length) {
    return Autograd.apply(new Narrow(shape().axis(axis), start, length), this);
  }

  /** Broadcasts to a larger shape. */
  public Variable expand(Shape target) {
    return target.equals(shape()) ? this : Autograd.apply(new Expand(target), this);
  }

  @Override
  public String toString() {
    return "Variable(%s%s)"
        .formatted(
            tensor, node != null ? ", made by " + node.op().name() : requiresGrad ? ", leaf" : "");
  }
}
