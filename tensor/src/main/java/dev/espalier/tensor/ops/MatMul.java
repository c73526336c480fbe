package dev.espalier.tensor.ops;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;

/** Matrix products of dense tensors of any strides. */
public final class MatMul {
  private MatMul() {}

  /**
   * The matrix product {@code out[…, m, n] = Σ_k a[…, m, k] b[…, k, n]}: [M, K] [K, N], with one
   * leading batch axis on either side (which broadcasts), or vectors [K], whose axis disappears.
   * PyTorch: {@code torch.matmul}.
   */
  public static Tensor matmul(Tensor a, Tensor b) {
    Check.compute("matmul", a, b);
    requireRank(a, b, a);
    requireRank(a, b, b);
    if (a.rank() == 1 || b.rank() == 1) {
      return withVector(a, b);
    }
    requireInner(a, b);
    if (a.rank() == 2 && b.rank() == 2) {
      Tensor out = Tensor.empty(a.dtype(), Shape.of(a.dim(0), b.dim(1)), a.device());
      return product("matmul", 1, a, b, 0, out, Epilogue.NONE);
    }
    int batch = batch(a, b);
    Tensor out = Tensor.empty(a.dtype(), Shape.of(batch, a.dim(-2), b.dim(-1)), a.device());
    try (Tensor left = a.expand(Shape.of(batch, a.dim(-2), a.dim(-1)));
        Tensor right = b.expand(Shape.of(batch, b.dim(-2), b.dim(-1)))) {
      return product("matmul", 1, left, right, 0, out, Epilogue.NONE);
    }
  }

  private static Tensor withVector(Tensor a, Tensor b) {
    try (Tensor left = a.rank() == 1 ? a.reshape(1, a.dim(0)) : a.alias();
        Tensor right = b.rank() == 1 ? b.reshape(b.dim(0), 1) : b.alias();
        Tensor product = matmul(left, right)) {
      Shape shape = product.shape();
      shape = b.rank() == 1 ? shape.without(-1) : shape;
      shape = a.rank() == 1 ? shape.without(b.rank() == 1 ? -1 : -2) : shape;
      return product.reshape(shape);
    }
  }

  /**
   * {@code c = alpha a b + beta c} in place, all 2-D or all 3-D with one batch extent; c has unit
   * column stride and does not overlap a or b; beta 0 does not read c. Returns c. PyTorch: {@code
   * c.addmm_(a, b)}, {@code c.baddbmm_(a, b)}.
   */
  public static Tensor matmul(Tensor a, Tensor b, double alpha, double beta, Tensor c) {
    Check.compute("matmul", c, a, b);
    if (a.rank() != c.rank() || b.rank() != c.rank() || (c.rank() != 2 && c.rank() != 3)) {
      throw Check.refuse(
          "matmul",
          "a, b and c must be all 2-D or all 3-D but have shapes %s, %s and %s"
              .formatted(a.shape(), b.shape(), c.shape()));
    }
    requireInner(a, b);
    Shape wanted =
        c.rank() == 2 ? Shape.of(a.dim(0), b.dim(1)) : Shape.of(batch(a, b), a.dim(1), b.dim(2));
    Check.shape("matmul", "c", c, wanted);
    if (c.overlaps(a) || c.overlaps(b)) {
      throw Check.refuse("matmul", "c shares memory with a or b; pass a copy of that operand");
    }
    if (c.dim(-1) > 1 && c.stride(-1) != 1) {
      throw Check.refuse(
          "matmul",
          "c must have column stride 1 but has strides %s".formatted(Arrays.toString(c.strides())));
    }
    if (c.rank() == 2) {
      product("matmul", alpha, a, b, beta, c, Epilogue.NONE);
    } else {
      try (Tensor left = a.expand(a.shape().with(0, c.dim(0)));
          Tensor right = b.expand(b.shape().with(0, c.dim(0)))) {
        product("matmul", alpha, left, right, beta, c, Epilogue.NONE);
      }
    }
    c.touched();
    return c;
  }

  /**
   * {@code out[…, o] = Σ_i x[…, i] w[o, i] + bias[o]}, then ReLU if asked; x [*, I], w [O, I], bias
   * [O] or null, out [*, O]. PyTorch: {@code torch.nn.functional.linear}.
   */
  public static Tensor linear(Tensor x, Tensor w, Tensor bias, boolean relu) {
    checkLinear(x, w, bias);
    Tensor out = Tensor.empty(x.dtype(), x.shape().with(-1, w.dim(0)), x.device());
    return linear(x, w, bias, relu, out);
  }

  /**
   * As {@link #linear(Tensor, Tensor, Tensor, boolean)} into out, which is contiguous or the
   * transpose of a contiguous matrix.
   */
  public static Tensor linear(Tensor x, Tensor w, Tensor bias, boolean relu, Tensor out) {
    checkLinear(x, w, bias);
    Check.compute("linear", x, out);
    Check.shape("linear", "out", out, x.shape().with(-1, w.dim(0)));
    int rows = rows(x);
    try (Tensor flat = x.rank() == 2 ? x.alias() : x.reshape(rows, x.dim(-1));
        Tensor y = out.rank() == 2 ? out.alias() : out.reshape(rows, w.dim(0));
        Tensor left = y.isContiguous() ? flat.alias() : w.alias();
        Tensor right = y.isContiguous() ? w.transpose() : flat.transpose();
        Tensor result = y.isContiguous() ? y.alias() : y.transpose()) {
      Check.contiguous("linear", "out, or its transpose,", result);
      var epilogue =
          y.isContiguous() ? new Epilogue(null, bias, relu) : new Epilogue(bias, null, relu);
      product("linear", 1, left, right, 0, result, epilogue);
    }
    out.touched();
    return out;
  }

  private static void checkLinear(Tensor x, Tensor w, Tensor bias) {
    Check.compute("linear", x, w, bias);
    Check.rank("linear", "weight", w, 2, "[out features, in features]");
    if (x.rank() == 0 || x.dim(-1) != w.dim(1)) {
      throw Check.refuse(
          "linear",
          "the last axis of the input must have the weight's %d in-features (input %s, weight %s)"
              .formatted(w.dim(1), x.shape(), w.shape()));
    }
    Check.shape("linear", "bias", bias, Shape.of(w.dim(0)));
  }

  private static int rows(Tensor x) {
    long rows = 1;
    for (int axis = 0; axis < x.rank() - 1; axis++) {
      rows = Math.multiplyExact(rows, x.dim(axis));
    }
    return Math.toIntExact(rows);
  }

  static Tensor product(
      String name, double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    try (var use = Use.of(name, a, b, c, epilogue.rowBias(), epilogue.columnBias())) {
      use.backend().gemm(alpha, a, b, beta, c, epilogue);
    }
    return c;
  }

  private static void requireRank(Tensor a, Tensor b, Tensor operand) {
    if (operand.rank() < 1 || operand.rank() > 3) {
      throw Check.refuse(
          "matmul",
          ("operands must have 1, 2 or 3 axes but have shapes %s and %s; reshape leading axes into"
                  + " one")
              .formatted(a.shape(), b.shape()));
    }
  }

  private static void requireInner(Tensor a, Tensor b) {
    if (a.dim(-1) != b.dim(-2)) {
      throw Check.refuse(
          "matmul",
          "the columns of a, %d, must equal the rows of b, %d (a %s, b %s)"
              .formatted(a.dim(-1), b.dim(-2), a.shape(), b.shape()));
    }
  }

  private static int batch(Tensor a, Tensor b) {
    int left = a.rank() == 3 ? a.dim(0) : 1;
    int right = b.rank() == 3 ? b.dim(0) : 1;
    if (left != right && left != 1 && right != 1) {
      throw Check.refuse(
          "matmul",
          "batch extents %d and %d differ and neither is 1 (a %s, b %s)"
              .formatted(left, right, a.shape(), b.shape()));
    }
    return left == 1 ? right : left;
  }
}
