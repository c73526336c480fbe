package dev.espalier.tensor.ops;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.Chain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Functions of elements that are put together of maps, computed in one pass where the backend can:
 * a GPU's in one launch, which reads each operand once and writes the result once.
 *
 * <p>Operands broadcast (axes are aligned at the end, an extent of 1 stretches) and may have any
 * strides; results are contiguous. Types must agree and be float32 or float64. Each map rounds as
 * it does alone. PyTorch: what {@code torch.compile} makes of pointwise operations, here put
 * together by hand.
 */
public final class Chains {
  private static final String NAME = "chain";

  private Chains() {}

  /** {@code out[i] = chain(inputs[0][i], inputs[1][i], …)}, a new tensor. */
  public static Tensor apply(Chain chain, Tensor... inputs) {
    Shape shape = checked(chain, inputs);
    return run(chain, inputs, Tensor.empty(inputs[0].dtype(), shape, inputs[0].device()));
  }

  /**
   * As {@link #apply(Chain, Tensor...)} into out, which is contiguous and may be an operand of its
   * shape.
   */
  public static Tensor apply(Chain chain, List<Tensor> inputs, Tensor out) {
    Tensor[] operands = inputs.toArray(new Tensor[0]);
    Shape shape = checked(chain, operands);
    Check.same(NAME, operands[0], out);
    Check.shape(NAME, "out", out, shape);
    Check.contiguous(NAME, "out", out);
    for (int i = 0; i < operands.length; i++) {
      Tensor input = operands[i];
      boolean same = input.offset() == out.offset() && input.shape().equals(shape);
      if (input.overlaps(out) && !(same && input.isContiguous())) {
        throw Check.refuse(
            NAME,
            ("out may be an input itself but input %d of shape %s and strides %s lies in out's"
                    + " memory in another order; pass its copy()")
                .formatted(i, input.shape(), Arrays.toString(input.strides())));
      }
    }
    return run(chain, operands, out);
  }

  /** The result's shape. */
  private static Shape checked(Chain chain, Tensor... inputs) {
    if (inputs.length != chain.inputs()) {
      throw Check.refuse(
          NAME,
          "needs one tensor for each of its %d inputs but was given %d; the chain is %s"
              .formatted(chain.inputs(), inputs.length, chain));
    }
    Check.compute(NAME, inputs);
    Shape shape = inputs[0].shape();
    for (Tensor input : inputs) {
      shape = Shape.broadcast(NAME, shape, input.shape());
    }
    return shape;
  }

  private static Tensor run(Chain chain, Tensor[] inputs, Tensor out) {
    List<Tensor> expanded = new ArrayList<>();
    try {
      for (Tensor input : inputs) {
        expanded.add(input.expand(out.shape()));
      }
      Tensor[] all = Arrays.copyOf(inputs, inputs.length + 1);
      all[inputs.length] = out;
      try (var use = Use.of(NAME, all)) {
        use.backend().chain(chain, expanded, out);
      }
    } finally {
      expanded.forEach(Tensor::close);
    }
    out.touched();
    return out;
  }
}
