package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.spi.BinaryOp;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The loop of each {@link BinaryOp}, made when it is first used. */
final class BinaryLoops {
  private static final Map<BinaryOp, ZipLoop> LOOPS = new ConcurrentHashMap<>();

  private BinaryLoops() {}

  /** The loop, or null where there is only the reference's. */
  static ZipLoop of(BinaryOp op) {
    return op == BinaryOp.POW ? null : LOOPS.computeIfAbsent(op, BinaryLoops::make);
  }

  private static ZipLoop make(BinaryOp op) {
    return switch (op) {
      case ADD -> ZipLoop.of((a, b, _, _) -> a.add(b));
      case ADD_RELU -> ZipLoop.of((a, b, _, _) -> a.add(b).max(0f));
      case SUB -> ZipLoop.of((a, b, _, _) -> a.sub(b));
      case MUL -> ZipLoop.of((a, b, _, _) -> a.mul(b));
      case DIV -> ZipLoop.of((a, b, _, _) -> a.div(b));
      case MAX -> ZipLoop.of((a, b, _, _) -> a.max(b));
      case MIN -> ZipLoop.of((a, b, _, _) -> a.min(b));
      case GREATER -> ZipLoop.of((a, b, _, _) -> oneWhere(a, VectorOperators.GT, b));
      case GREATER_EQUAL -> ZipLoop.of((a, b, _, _) -> oneWhere(a, VectorOperators.GE, b));
      case EQUAL -> ZipLoop.of((a, b, _, _) -> oneWhere(a, VectorOperators.EQ, b));
      case RELU_GRAD ->
          ZipLoop.of(
              (a, b, _, _) ->
                  FloatVector.zero(Lanes.FLOATS).blend(a, b.compare(VectorOperators.GT, 0f)));
      case SIGMOID_GRAD ->
          ZipLoop.of((a, b, _, _) -> a.mul(b).mul(FloatVector.broadcast(Lanes.FLOATS, 1f).sub(b)));
      case TANH_GRAD ->
          ZipLoop.of((a, b, _, _) -> a.mul(FloatVector.broadcast(Lanes.FLOATS, 1f).sub(b.mul(b))));
      case GELU_GRAD ->
          slope(
              MapLoop.of((x, _, _) -> VectorMath.halfGaussian(x)),
              ZipLoop.of((x, e, _, _) -> VectorMath.geluDerivative(x, e)));
      case SILU_GRAD ->
          slope(
              MapLoop.of((x, _, _) -> VectorMath.sigmoid(x)),
              ZipLoop.of((x, e, _, _) -> VectorMath.siluDerivative(x, e)));
      case POW -> throw new AssertionError(op);
    };
  }

  private static ZipLoop slope(MapLoop first, ZipLoop second) {
    return new DerivativeTimes(new TwoPassMap(first, second), ZipLoop.of((a, b, _, _) -> a.mul(b)));
  }

  private static FloatVector oneWhere(
      FloatVector a, VectorOperators.Comparison comparison, FloatVector b) {
    return FloatVector.zero(Lanes.FLOATS).blend(1f, a.compare(comparison, b));
  }
}
