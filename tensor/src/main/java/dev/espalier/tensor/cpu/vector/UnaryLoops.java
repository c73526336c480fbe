package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.spi.UnaryOp;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The loop of each {@link UnaryOp}, made when it is first used. */
final class UnaryLoops {
  private static final Map<UnaryOp, MapLoop> LOOPS = new ConcurrentHashMap<>();
  private static final Map<Integer, MapLoop> POWERS = new ConcurrentHashMap<>();

  private UnaryLoops() {}

  /** The loop, or null where there is only the reference's. */
  static MapLoop of(UnaryOp op, double p) {
    if (op == UnaryOp.POW_SCALAR) {
      return p == 2 || p == 3 || p == -1
          ? POWERS.computeIfAbsent((int) p, UnaryLoops::power)
          : null;
    }
    return op == UnaryOp.SIN || op == UnaryOp.COS
        ? null
        : LOOPS.computeIfAbsent(op, UnaryLoops::make);
  }

  private static MapLoop power(int exponent) {
    return switch (exponent) {
      case 2 -> of(UnaryOp.SQUARE, 0);
      case 3 -> MapLoop.of((x, _, _) -> x.mul(x).mul(x));
      default -> of(UnaryOp.RECIPROCAL, 0);
    };
  }

  private static MapLoop make(UnaryOp op) {
    return switch (op) {
      case NEG -> MapLoop.of((x, _, _) -> x.neg());
      case ABS -> MapLoop.of((x, _, _) -> x.abs());
      case SIGN -> MapLoop.of((x, _, _) -> sign(x));
      case SQUARE -> MapLoop.of((x, _, _) -> x.mul(x));
      case SQRT -> MapLoop.of((x, _, _) -> x.sqrt());
      case RSQRT -> MapLoop.of((x, _, _) -> FloatVector.broadcast(Lanes.FLOATS, 1f).div(x.sqrt()));
      case RECIPROCAL -> MapLoop.of((x, _, _) -> FloatVector.broadcast(Lanes.FLOATS, 1f).div(x));
      case EXP -> MapLoop.of((x, _, _) -> VectorMath.exp(x));
      case LOG -> MapLoop.of((x, _, _) -> VectorMath.log(x));
      case ERF ->
          new TwoPassMap(
              MapLoop.of((x, _, _) -> VectorMath.gaussian(x)),
              ZipLoop.of((x, e, _, _) -> VectorMath.erf(x, e)));
      case RELU -> MapLoop.of((x, _, _) -> x.max(0f));
      case STEP -> MapLoop.of((x, _, _) -> oneWhere(x, VectorOperators.GT));
      case SIGMOID -> MapLoop.of((x, _, _) -> VectorMath.sigmoid(x));
      case TANH ->
          new TwoPassMap(
              MapLoop.of((x, _, _) -> VectorMath.expTwiceMagnitude(x)),
              ZipLoop.of((x, e, _, _) -> VectorMath.tanh(x, e)));
      case GELU ->
          new TwoPassMap(
              MapLoop.of((x, _, _) -> VectorMath.halfGaussian(x)),
              ZipLoop.of((x, e, _, _) -> VectorMath.gelu(x, e)));
      case SILU -> MapLoop.of((x, _, _) -> VectorMath.silu(x));
      case ADD_SCALAR -> MapLoop.of((x, p, _) -> x.add(p));
      case MUL_SCALAR -> MapLoop.of((x, p, _) -> x.mul(p));
      case MAX_SCALAR -> MapLoop.of((x, p, _) -> x.max(p));
      case MIN_SCALAR -> MapLoop.of((x, p, _) -> x.min(p));
      case SIN, COS, POW_SCALAR -> throw new AssertionError(op);
    };
  }

  private static FloatVector oneWhere(FloatVector x, VectorOperators.Comparison comparison) {
    return FloatVector.zero(Lanes.FLOATS).blend(1f, x.compare(comparison, 0f));
  }

  /** NaN and both zeros are their own sign. */
  private static FloatVector sign(FloatVector x) {
    return x.blend(1f, x.compare(VectorOperators.GT, 0f))
        .blend(-1f, x.compare(VectorOperators.LT, 0f));
  }
}
