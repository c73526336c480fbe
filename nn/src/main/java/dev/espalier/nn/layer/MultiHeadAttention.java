package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Self-attention of several heads over x [N, T, E], y [N, T, E].
 *
 * <p>Each head h of size d attends with {@code softmax(Q_h K_hᵀ / sqrt(d)) V_h}, where {@code [Q,
 * K, V] = x Wᵀ + b} with W [3·heads·d, E] and b [3·heads·d]; the heads side by side go through a
 * linear layer {@code out_proj}. The number of heads is what the weight has rows for, so surgery
 * may take some away. With {@code causal} a position attends to itself and what comes before.
 *
 * <p>Values start as in PyTorch: Glorot-uniform projections, zero biases. Source: A. Vaswani et
 * al., Attention Is All You Need (2017), section 3.2. PyTorch: {@code torch.nn.MultiheadAttention}
 * with {@code batch_first=True} and query, key and value the same.
 */
public final class MultiHeadAttention extends Module {
  private final int headSize;
  private final boolean causal;
  private final Parameter weight;
  private final Parameter bias;
  private final Linear output;

  /**
   * A layer whose heads share the size of the embedding evenly.
   *
   * @throws IllegalArgumentException if they cannot
   */
  public MultiHeadAttention(int size, int heads, boolean causal, Generator generator) {
    if (heads < 1 || size % heads != 0) {
      throw new IllegalArgumentException(
          "MultiHeadAttention: size %d must be divisible by the number of heads, which is %d"
              .formatted(size, heads));
    }
    this.headSize = size / heads;
    this.causal = causal;
    weight =
        parameter(
            "in_proj_weight",
            Init.glorotUniform(generator, DType.FLOAT32, Shape.of(3 * size, size)));
    bias = parameter("in_proj_bias", Tensor.zeros(DType.FLOAT32, Shape.of(3 * size)));
    output = child("out_proj", new Linear(size, size, generator));
    output.bias().tensor().fill(0);
  }

  /** The rows of all queries, then of all keys, then of all values, head by head. */
  public Parameter inProjWeight() {
    return weight;
  }

  public Parameter inProjBias() {
    return bias;
  }

  public Linear outProj() {
    return output;
  }

  /** Number of heads. */
  public int heads() {
    return weight.dim(0) / (3 * headSize);
  }

  /** Features of one head. */
  public int headSize() {
    return headSize;
  }

  @Override
  public Variable forward(Variable x) {
    if (x.shape().rank() != 3) {
      throw new IllegalArgumentException(
          "MultiHeadAttention: expected [N, T, E] but got shape " + x.shape());
    }
    int rows = x.dim(0);
    int length = x.dim(1);
    // the heads are what -1 stands for, so that surgery sees that they may be fewer
    Variable projected =
        F.linear(x, weight.value(), weight.kernelMask(), bias.value())
            .reshape(rows, length, 3, -1, headSize)
            .permute(2, 0, 3, 1, 4);
    Variable query = part(projected, 0, length);
    Variable key = part(projected, 1, length);
    Variable value = part(projected, 2, length);
    Variable scores = query.matmul(key.transpose(-2, -1)).mul(1 / Math.sqrt(headSize));
    if (causal) {
      scores = scores.add(Variable.of(future(scores.tensor(), length)));
    }
    Variable attended = F.softmax(scores).matmul(value);
    return output.forward(
        attended.reshape(rows, -1, length, headSize).permute(0, 2, 1, 3).reshape(rows, length, -1));
  }

  /** Queries, keys or values of all heads, [N·heads, T, d]. */
  private Variable part(Variable projected, int which, int length) {
    return projected.narrow(0, which, 1).reshape(-1, length, headSize);
  }

  /** Minus infinity where a position would see a later one, [T, T]. */
  private static Tensor future(Tensor like, int length) {
    Tensor mask = Tensor.empty(like.dtype(), Shape.of(length, length), like.device()).fill(0);
    for (int at = 0; at + 1 < length; at++) {
      try (Tensor row = mask.narrow(0, at, 1);
          Tensor later = row.narrow(1, at + 1, length - at - 1)) {
        later.fill(Double.NEGATIVE_INFINITY);
      }
    }
    return mask;
  }

  @Override
  public String toString() {
    return "MultiHeadAttention(%d, %d heads of %d%s)"
        .formatted(weight.dim(1), heads(), headSize, causal ? ", causal" : "");
  }
}
