package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.ops.RandomFill;

/**
 * A table of vectors, {@code y[…, :] = W[x[…], :]}: x int64 of any shape […], W [rows, D], y […,
 * D].
 *
 * <p>Values start standard normal. PyTorch: {@code torch.nn.Embedding}.
 */
public final class Embedding extends Module {
  private final Parameter weight;

  /** A table of a number of rows, each of a size. */
  public Embedding(int rows, int size, Generator generator) {
    weight =
        parameter(
            "weight", RandomFill.normal(generator, DType.FLOAT32, Shape.of(rows, size), 0, 1));
  }

  public Parameter weight() {
    return weight;
  }

  @Override
  public Variable forward(Variable x) {
    if (x.dtype() != DType.INT64) {
      throw new IllegalArgumentException(
          "Embedding: the rows' numbers must be int64 but are " + x.dtype());
    }
    weight.readOtherwise(); // a product may read it too, where it is tied to an output layer
    return F.embedding(weight.value(), x.tensor());
  }

  @Override
  public String toString() {
    return "Embedding(%d, %d)".formatted(weight.dim(0), weight.dim(1));
  }
}
