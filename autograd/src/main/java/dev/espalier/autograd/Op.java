package dev.espalier.autograd;

import dev.espalier.tensor.Tensor;

/**
 * A differentiable operation with one output; implementations are records whose components are the
 * attributes.
 *
 * <p>An op computes its value from tensors and its vector-Jacobian product from variables, so that
 * the product can itself be differentiated. Everything else (what needs a gradient, summing over
 * broadcast axes, accumulating, freeing) is the engine's. Apply one with {@link Autograd#apply}.
 */
public interface Op {
  /**
   * The value.
   *
   * @param context keeps what {@link #backward} will need
   * @param inputs the values of the operands; must not be changed
   */
  Tensor forward(Context context, Tensor... inputs);

  /**
   * The vector-Jacobian products: entry i is the gradient at input i, given the gradient at the
   * output.
   *
   * <p>May be null where {@link Context#needs} is false. An entry may have a shape that input i
   * broadcasts to.
   */
  Variable[] backward(Context context, Variable gradient);

  /** Name for messages. */
  default String name() {
    return OpNames.DEFAULT.get(getClass());
  }
}
