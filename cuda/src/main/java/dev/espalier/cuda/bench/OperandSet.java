package dev.espalier.cuda.bench;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * One copy of a case's operands on the device, and room for its result.
 *
 * @param pattern with index arrays of its own; null for a dense weight
 * @param weight stored values or dense matrix; null if the pass does not read it
 * @param x null if the pass does not read it
 * @param y null if the pass does not read it
 * @param result of the pass, float32
 */
record OperandSet(SparsePattern pattern, Tensor weight, Tensor x, Tensor y, Tensor result)
    implements AutoCloseable {
  static OperandSet of(Case what, Operands operands, long seed, Device device) {
    Layer layer = what.layer();
    Pass pass = what.pass();
    DType storage = what.storage();
    SparsePattern pattern =
        what.format().draw(layer.rows(), layer.columns(), what.sparsity(), seed);
    Shape weight = pattern == null ? dense(layer) : pattern.valuesShape();
    Shape result =
        switch (pass) {
          case FORWARD -> layer.output();
          case DX -> layer.input();
          case DW -> weight;
        };
    return new OperandSet(
        pattern,
        pass == Pass.DW ? null : upload(operands.stored(), weight, storage, device),
        pass == Pass.DX ? null : upload(operands.x(), layer.input(), storage, device),
        pass == Pass.FORWARD ? null : upload(operands.y(), layer.output(), storage, device),
        Tensor.empty(DType.FLOAT32, result, device));
  }

  private static Shape dense(Layer layer) {
    return layer instanceof ConvolutionLayer convolution
        ? convolution.weight()
        : Shape.of(layer.rows(), layer.columns());
  }

  private static Tensor upload(float[] values, Shape shape, DType storage, Device device) {
    try (Tensor host = Tensor.of(shape, values);
        Tensor there = host.to(device)) {
      return there.to(storage);
    }
  }

  /** What a call must move at the least: each operand read once, the result written once. */
  static double bytes(Case what, long weights) {
    Layer layer = what.layer();
    double element = what.storage().bytes();
    double index =
        what.format().isDense()
            ? 0
            : what.format().equals(Format.TWO_OF_FOUR)
                ? 0.25
                : (double) Integer.BYTES / (what.format().height() * what.format().width());
    double x = layer.input().size();
    double y = layer.output().size();
    return switch (what.pass()) {
      case FORWARD -> weights * (element + index) + x * element + y * Float.BYTES;
      case DX -> weights * (element + index) + y * element + x * Float.BYTES;
      case DW -> weights * (Float.BYTES + index) + (x + y) * element;
    };
  }

  @Override
  public void close() {
    for (Tensor tensor : new Tensor[] {weight, x, y, result}) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }
}
