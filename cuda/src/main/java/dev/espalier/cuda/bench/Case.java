package dev.espalier.cuda.bench;

import dev.espalier.tensor.DType;
import java.util.Locale;

/**
 * One thing to measure.
 *
 * @param by whose kernel: {@code espalier}, or a library
 * @param sparsity share of the weight that is not stored; 0 for a dense one
 */
record Case(Layer layer, Pass pass, Format format, NumberType type, double sparsity, String by) {
  static final String OURS = "espalier";

  /** The dense product of the same layer, by somebody. */
  Case dense(String whose) {
    return new Case(layer, pass, Format.DENSE, type, 0, whose);
  }

  /** The same by somebody else. */
  Case by(String whose) {
    return new Case(layer, pass, format, type, sparsity, whose);
  }

  /** Our dense products take float32 and round it; every other one has its type in memory. */
  DType storage() {
    return format.isDense() && by.equals(OURS) ? DType.FLOAT32 : type.storage();
  }

  String kernel() {
    return layer.kernel(pass, format.isDense());
  }

  /** What {@code --filter} looks into. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s %s %s %s %s%s",
        kernel(),
        pass.label(),
        format.label(),
        type.label(),
        layer.shape(),
        Double.toString(sparsity).replaceAll("\\.0$", ""),
        by.equals(OURS) ? "" : " " + by);
  }
}
