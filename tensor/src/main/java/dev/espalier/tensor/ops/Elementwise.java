package dev.espalier.tensor.ops;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.Arrays;

/**
 * Functions of each element. Operands broadcast (axes are aligned at the end, an extent of 1
 * stretches) and may have any strides; results are new and contiguous. Types must agree and be
 * float32 or float64.
 *
 * <p>PyTorch: the functions of the same names in {@code torch} and {@code torch.nn.functional}.
 */
public final class Elementwise {
  private static final String[] UNARY_LABELS = labels(UnaryOp.values());
  private static final String[] BINARY_LABELS = labels(BinaryOp.values());

  private Elementwise() {}

  /** {@code out[i] = op(x[i], p)}; p is used by the scalar operations only. */
  public static Tensor unary(UnaryOp op, double p, Tensor x) {
    Check.compute(label(op), x);
    return unary(op, p, x, Tensor.empty(x.dtype(), x.shape(), x.device()));
  }

  /** As {@link #unary(UnaryOp, double, Tensor)} into out, which is contiguous and may be x. */
  public static Tensor unary(UnaryOp op, double p, Tensor x, Tensor out) {
    String name = label(op);
    Check.compute(name, x, out);
    Check.shape(name, "out", out, x.shape());
    Check.contiguous(name, "out", out);
    try (var use = Use.of(name, x, out)) {
      use.backend().unary(op, p, x, out);
    }
    out.touched();
    return out;
  }

  /** {@code out = op(a, b)} with broadcasting. */
  public static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
    Check.compute(label(op), a, b);
    Shape shape = Shape.broadcast(label(op), a.shape(), b.shape());
    return binary(op, a, b, Tensor.empty(a.dtype(), shape, a.device()));
  }

  /**
   * As {@link #binary(BinaryOp, Tensor, Tensor)} into out, which is contiguous and may be an
   * operand of its shape.
   */
  public static Tensor binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    String name = label(op);
    Check.compute(name, a, b, out);
    Check.shape(name, "out", out, Shape.broadcast(name, a.shape(), b.shape()));
    Check.contiguous(name, "out", out);
    try (Tensor left = a.expand(out.shape());
        Tensor right = b.expand(out.shape());
        var use = Use.of(name, left, right, out)) {
      use.backend().binary(op, left, right, out);
    }
    out.touched();
    return out;
  }

  /** {@code max(a + b, 0)}, the end of a residual block. */
  public static Tensor addRelu(Tensor a, Tensor b) {
    return binary(BinaryOp.ADD_RELU, a, b);
  }

  /** As {@link #addRelu(Tensor, Tensor)} into out, which is contiguous and may be an operand. */
  public static Tensor addRelu(Tensor a, Tensor b, Tensor out) {
    return binary(BinaryOp.ADD_RELU, a, b, out);
  }

  private static String label(UnaryOp op) {
    return UNARY_LABELS[op.ordinal()];
  }

  private static String label(BinaryOp op) {
    return BINARY_LABELS[op.ordinal()];
  }

  /** The Java names of operations, as in {@code addScalar}. */
  private static String[] labels(Enum<?>... operations) {
    return Arrays.stream(operations)
        .map(
            operation -> {
              String name = operation.name();
              var label = new StringBuilder();
              for (int i = 0; i < name.length(); i++) {
                char letter = name.charAt(i);
                if (letter != '_') {
                  boolean capital = i > 0 && name.charAt(i - 1) == '_';
                  label.append(capital ? letter : Character.toLowerCase(letter));
                }
              }
              return label.toString();
            })
        .toArray(String[]::new);
  }

  /** {@code a + b}. */
  public static Tensor add(Tensor a, Tensor b) {
    return binary(BinaryOp.ADD, a, b);
  }

  /** {@code a - b}. */
  public static Tensor sub(Tensor a, Tensor b) {
    return binary(BinaryOp.SUB, a, b);
  }

  /** {@code a b}. */
  public static Tensor mul(Tensor a, Tensor b) {
    return binary(BinaryOp.MUL, a, b);
  }

  /** {@code a / b}. */
  public static Tensor div(Tensor a, Tensor b) {
    return binary(BinaryOp.DIV, a, b);
  }

  /** The larger of a and b; NaN if either is. PyTorch: {@code maximum}. */
  public static Tensor max(Tensor a, Tensor b) {
    return binary(BinaryOp.MAX, a, b);
  }

  /** The smaller of a and b; NaN if either is. PyTorch: {@code minimum}. */
  public static Tensor min(Tensor a, Tensor b) {
    return binary(BinaryOp.MIN, a, b);
  }

  /** {@code a^b}. */
  public static Tensor pow(Tensor a, Tensor b) {
    return binary(BinaryOp.POW, a, b);
  }

  /** {@code a > b ? 1 : 0}, in the operands' type. PyTorch: {@code gt}. */
  public static Tensor greater(Tensor a, Tensor b) {
    return binary(BinaryOp.GREATER, a, b);
  }

  /** {@code a >= b ? 1 : 0}. PyTorch: {@code ge}. */
  public static Tensor greaterEqual(Tensor a, Tensor b) {
    return binary(BinaryOp.GREATER_EQUAL, a, b);
  }

  /** {@code a == b ? 1 : 0}. PyTorch: {@code eq}. */
  public static Tensor equal(Tensor a, Tensor b) {
    return binary(BinaryOp.EQUAL, a, b);
  }

  /** {@code -x}. */
  public static Tensor neg(Tensor x) {
    return unary(UnaryOp.NEG, 0, x);
  }

  /** {@code |x|}. */
  public static Tensor abs(Tensor x) {
    return unary(UnaryOp.ABS, 0, x);
  }

  /** -1, 0 or 1. */
  public static Tensor sign(Tensor x) {
    return unary(UnaryOp.SIGN, 0, x);
  }

  /** {@code x^2}. */
  public static Tensor square(Tensor x) {
    return unary(UnaryOp.SQUARE, 0, x);
  }

  /** {@code x^(1/2)}. */
  public static Tensor sqrt(Tensor x) {
    return unary(UnaryOp.SQRT, 0, x);
  }

  /** {@code x^(-1/2)}. */
  public static Tensor rsqrt(Tensor x) {
    return unary(UnaryOp.RSQRT, 0, x);
  }

  /** {@code 1 / x}. */
  public static Tensor reciprocal(Tensor x) {
    return unary(UnaryOp.RECIPROCAL, 0, x);
  }

  /** {@code e^x}. */
  public static Tensor exp(Tensor x) {
    return unary(UnaryOp.EXP, 0, x);
  }

  /** The natural logarithm. */
  public static Tensor log(Tensor x) {
    return unary(UnaryOp.LOG, 0, x);
  }

  /** The sine. */
  public static Tensor sin(Tensor x) {
    return unary(UnaryOp.SIN, 0, x);
  }

  /** The cosine. */
  public static Tensor cos(Tensor x) {
    return unary(UnaryOp.COS, 0, x);
  }

  /** The error function {@code 2/√π ∫_0^x exp(-t²) dt}. */
  public static Tensor erf(Tensor x) {
    return unary(UnaryOp.ERF, 0, x);
  }

  /** {@code max(x, 0)}; NaN stays NaN. */
  public static Tensor relu(Tensor x) {
    return unary(UnaryOp.RELU, 0, x);
  }

  /** {@code x > 0 ? 1 : 0}: the derivative of {@link #relu}. */
  public static Tensor step(Tensor x) {
    return unary(UnaryOp.STEP, 0, x);
  }

  /** {@code 1 / (1 + exp(-x))}. */
  public static Tensor sigmoid(Tensor x) {
    return unary(UnaryOp.SIGMOID, 0, x);
  }

  /** The hyperbolic tangent. */
  public static Tensor tanh(Tensor x) {
    return unary(UnaryOp.TANH, 0, x);
  }

  /**
   * {@code x Φ(x)} with the exact normal distribution function (Hendrycks and Gimpel, Gaussian
   * Error Linear Units, 2016).
   */
  public static Tensor gelu(Tensor x) {
    return unary(UnaryOp.GELU, 0, x);
  }

  /** {@code x sigmoid(x)} (Elfwing, Uchibe, Doya, Sigmoid-Weighted Linear Units, 2017). */
  public static Tensor silu(Tensor x) {
    return unary(UnaryOp.SILU, 0, x);
  }

  /** {@code x + p}. */
  public static Tensor addScalar(Tensor x, double p) {
    return unary(UnaryOp.ADD_SCALAR, p, x);
  }

  /** {@code p x}. */
  public static Tensor mulScalar(Tensor x, double p) {
    return unary(UnaryOp.MUL_SCALAR, p, x);
  }

  /** {@code x^p}. */
  public static Tensor powScalar(Tensor x, double p) {
    return unary(UnaryOp.POW_SCALAR, p, x);
  }

  /** {@code max(x, p)}. PyTorch: {@code clamp_min}. */
  public static Tensor maxScalar(Tensor x, double p) {
    return unary(UnaryOp.MAX_SCALAR, p, x);
  }

  /** {@code min(x, p)}. PyTorch: {@code clamp_max}. */
  public static Tensor minScalar(Tensor x, double p) {
    return unary(UnaryOp.MIN_SCALAR, p, x);
  }

  /** {@code y > 0 ? g : 0}: the gradient g through a ReLU whose output (or input) is y. */
  public static Tensor reluGrad(Tensor g, Tensor y) {
    return binary(BinaryOp.RELU_GRAD, g, y);
  }

  /** {@code g y (1 - y)}: the gradient through a sigmoid whose output is y. */
  public static Tensor sigmoidGrad(Tensor g, Tensor y) {
    return binary(BinaryOp.SIGMOID_GRAD, g, y);
  }

  /** {@code g (1 - y²)}: the gradient through a tanh whose output is y. */
  public static Tensor tanhGrad(Tensor g, Tensor y) {
    return binary(BinaryOp.TANH_GRAD, g, y);
  }

  /** The gradient g through a GELU whose input is x. */
  public static Tensor geluGrad(Tensor g, Tensor x) {
    return binary(BinaryOp.GELU_GRAD, g, x);
  }

  /** The gradient g through a SiLU whose input is x. */
  public static Tensor siluGrad(Tensor g, Tensor x) {
    return binary(BinaryOp.SILU_GRAD, g, x);
  }

  /**
   * {@code condition != 0 ? a : b}; the condition has any type, a and b one type, which may be any.
   * PyTorch: {@code where}.
   */
  public static Tensor select(Tensor condition, Tensor a, Tensor b) {
    Check.same("select", a, b);
    Check.device("select", a, condition);
    Shape shape =
        Shape.broadcast(
            "select", condition.shape(), Shape.broadcast("select", a.shape(), b.shape()));
    Tensor out = Tensor.empty(a.dtype(), shape, a.device());
    try (Tensor test = condition.expand(shape);
        Tensor yes = a.expand(shape);
        Tensor no = b.expand(shape);
        var use = Use.of("select", test, yes, no, out)) {
      use.backend().select(test, yes, no, out);
    }
    return out;
  }

  // ---- in place; the changed tensor may have any strides and is returned

  /**
   * {@code y = alpha x + beta y}; x broadcasts to y's shape; beta 0 does not read y. PyTorch:
   * {@code y.mul_(beta).add_(x, alpha)}.
   */
  public static Tensor axpby(double alpha, Tensor x, double beta, Tensor y) {
    Check.compute("axpby", y, x);
    if (!y.isContiguous()) {
      try (Tensor dense = y.copy()) {
        axpby(alpha, x, beta, dense);
        return y.copyFrom(dense);
      }
    }
    try (Tensor stretched = x.expand(y.shape());
        Tensor dense = shifted(stretched, y) ? stretched.copy() : stretched.contiguous();
        var use = Use.of("axpby", dense, y)) {
      use.backend().axpby(alpha, dense, beta, y);
    }
    y.touched();
    return y;
  }

  /** Whether x's elements would change under the kernel's hands before it reads them. */
  private static boolean shifted(Tensor x, Tensor y) {
    return x.overlaps(y) && x.offset() != y.offset();
  }

  /** {@code y += x}; x broadcasts to y's shape. PyTorch: {@code y.add_(x)}. */
  public static Tensor addInPlace(Tensor y, Tensor x) {
    return axpby(1, x, 1, y);
  }

  /** {@code y *= a}. PyTorch: {@code y.mul_(a)}. */
  public static Tensor scaleInPlace(Tensor y, double a) {
    Check.compute("scaleInPlace", y);
    if (!y.isContiguous()) {
      try (Tensor scaled = mulScalar(y, a)) {
        return y.copyFrom(scaled);
      }
    }
    try (var use = Use.of("scaleInPlace", y)) {
      use.backend().unary(UnaryOp.MUL_SCALAR, a, y, y);
    }
    y.touched();
    return y;
  }
}
