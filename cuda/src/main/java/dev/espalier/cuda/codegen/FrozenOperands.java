package dev.espalier.cuda.codegen;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.CsrPattern;

/** Refuses what the generated kernels would read or write past its end. */
final class FrozenOperands {
  static final String NAME = "frozen layer";

  private FrozenOperands() {}

  private static IllegalArgumentException refuse(String rule) {
    return new IllegalArgumentException(NAME + ": " + rule);
  }

  static void checkWeight(CsrPattern pattern, Tensor values, Tensor bias) {
    if (values.size() != pattern.nnz()) {
      throw refuse(
          "the pattern stores %d positions but there are %d values; pass one for each"
              .formatted(pattern.nnz(), values.size()));
    }
    if (bias != null && bias.size() != pattern.rows()) {
      throw refuse(
          "the weight has %d rows but the bias has shape %s; pass one number for each row"
              .formatted(pattern.rows(), bias.shape()));
    }
  }

  static void checkProduct(CsrPattern pattern, Tensor b, Tensor c) {
    checkTypes(b, c);
    boolean fits = b.rank() == 2 && b.dim(0) == pattern.columns();
    if (!fits || !c.shape().equals(Shape.of(pattern.rows(), b.dim(1)))) {
      throw refuse(
          "a weight [%d, %d] takes b [%d, N] to c [%d, N] but they are %s and %s"
              .formatted(
                  pattern.rows(),
                  pattern.columns(),
                  pattern.columns(),
                  pattern.rows(),
                  b.shape(),
                  c.shape()));
    }
    checkContiguous(b);
    checkContiguous(c);
  }

  static void checkConvolution(
      CsrPattern pattern, Shape weight, Tensor x, ConvSpec spec, Tensor out) {
    checkTypes(x, out);
    if (weight.rank() != 4
        || weight.dim(0) != pattern.rows()
        || weight.size() != (long) pattern.rows() * pattern.columns()
        || weight.dim(0) % spec.groups() != 0) {
      throw refuse(
          "a pattern [%d, %d] is that of no weight %s [O, C/groups, kh, kw] with %d groups"
              .formatted(pattern.rows(), pattern.columns(), weight, spec.groups()));
    }
    if (x.rank() != 4 || x.dim(1) != (long) weight.dim(1) * spec.groups()) {
      throw refuse(
          "a weight %s with %d groups takes input [N, %d, H, W] but it has shape %s"
              .formatted(weight, spec.groups(), (long) weight.dim(1) * spec.groups(), x.shape()));
    }
    int height = spec.outHeight(x.dim(2), weight.dim(2));
    int width = spec.outWidth(x.dim(3), weight.dim(3));
    if (height < 1 || width < 1) {
      throw refuse(
          "the dilated kernel exceeds the padded input (input %s, weight %s, %s); pad the input"
              .formatted(x.shape(), weight, spec));
    }
    Shape wanted = Shape.of(x.dim(0), weight.dim(0), height, width);
    if (!out.shape().equals(wanted)) {
      throw refuse("out must have shape %s but has %s".formatted(wanted, out.shape()));
    }
    checkContiguous(out);
  }

  private static void checkTypes(Tensor in, Tensor out) {
    if (!in.dtype().isCompute() || out.dtype() != in.dtype()) {
      throw refuse(
          "operands must both be float32 or float64 but are %s and %s; convert them with to(DType)"
              .formatted(in.dtype(), out.dtype()));
    }
    if (in.overlaps(out)) {
      throw refuse(
          "the result of shape %s overlaps the operand of shape %s; pass a copy()"
              .formatted(out.shape(), in.shape()));
    }
  }

  private static void checkContiguous(Tensor tensor) {
    if (!tensor.isContiguous()) {
      throw refuse(
          "operands must be contiguous but one of shape %s is not; use contiguous()"
              .formatted(tensor.shape()));
    }
  }
}
