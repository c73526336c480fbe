package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Optimiser steps on contiguous float32 tensors, a first-level-cache block at a time: memory is
 * passed over once.
 */
final class VectorOptim {
  /** {@code p v + q g^2}. */
  private static final ZipLoop SECOND_MOMENT =
      ZipLoop.of((v, g, p, q) -> v.fma(p, g.mul(g).mul(q)));

  /** {@code m / (p sqrt(v) + q)}. */
  private static final ZipLoop DIRECTION = ZipLoop.of((m, v, p, q) -> m.div(v.sqrt().fma(p, q)));

  /** Positions that are not worth a second thread. */
  private static final long FEW_POSITIONS = 8 * 1024;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private VectorOptim() {}

  static void sgd(SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    MemorySegment weights = w.segment();
    MemorySegment gradients = grad.segment();
    MemorySegment velocities = velocity == null ? null : velocity.segment();
    SgdLoop loop = SgdLoop.of(step);
    Parallel.ranges(
        w.size(),
        Parallel.GRAIN,
        (from, to) -> loop.run(step, weights, gradients, velocities, from, to));
  }

  static void sgdAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    MemorySegment weights = w.segment();
    MemorySegment gradients = grad.segment();
    MemorySegment velocities = velocity == null ? null : velocity.segment();
    SgdLoop loop = SgdLoop.of(step);
    Parallel.ranges(
        positions.length,
        FEW_POSITIONS,
        (from, to) ->
            loop.at(step, weights, gradients, velocities, positions, (int) from, (int) to));
  }

  static void adamAt(int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    MemorySegment weights = w.segment();
    MemorySegment gradients = grad.segment();
    MemorySegment firsts = m.segment();
    MemorySegment seconds = v.segment();
    var n = AdamNumbers.of(step);
    Parallel.ranges(
        positions.length,
        FEW_POSITIONS,
        (from, to) -> {
          for (int p = (int) from; p < to; p++) {
            long at = positions[p];
            float weight = weights.getAtIndex(FLOAT, at);
            float g = Math.fma(weight, n.decay, gradients.getAtIndex(FLOAT, at));
            float first = Math.fma(firsts.getAtIndex(FLOAT, at), n.keepFirst, g * n.takeFirst);
            float second =
                Math.fma(seconds.getAtIndex(FLOAT, at), n.keepSecond, g * g * n.takeSecond);
            float root = Math.fma((float) Math.sqrt(second), n.correction, n.eps);
            firsts.setAtIndex(FLOAT, at, first);
            seconds.setAtIndex(FLOAT, at, second);
            weights.setAtIndex(FLOAT, at, Math.fma(weight, n.shrink, first / root * n.rate));
          }
        });
  }

  /** The factors of a step in float. */
  private record AdamNumbers(
      float rate,
      float correction,
      float decay,
      float shrink,
      float keepFirst,
      float takeFirst,
      float keepSecond,
      float takeSecond,
      float eps) {
    static AdamNumbers of(AdamStep step) {
      return new AdamNumbers(
          (float) (-step.lr() / (1 - Math.pow(step.beta1(), (double) step.step()))),
          (float) (1 / Math.sqrt(1 - Math.pow(step.beta2(), (double) step.step()))),
          (float) (step.decoupled() ? 0 : step.weightDecay()),
          (float) (step.decoupled() ? 1 - step.lr() * step.weightDecay() : 1),
          (float) step.beta1(),
          (float) (1 - step.beta1()),
          (float) step.beta2(),
          (float) (1 - step.beta2()),
          (float) step.eps());
    }
  }

  static void adam(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    MemorySegment weights = w.segment();
    MemorySegment gradients = grad.segment();
    MemorySegment firsts = m.segment();
    MemorySegment seconds = v.segment();
    var k = AdamNumbers.of(step);
    forEachBlock(
        w.size(),
        (at, n) -> {
          MemorySegment own = Block.SLOPES.own();
          Loops.ADD_SCALED.run(gradients, at, weights, at, k.decay, 0, own, 0, n);
          Loops.COMBINE.run(firsts, at, own, 0, k.keepFirst, k.takeFirst, firsts, at, n);
          SECOND_MOMENT.run(seconds, at, own, 0, k.keepSecond, k.takeSecond, seconds, at, n);
          DIRECTION.run(firsts, at, seconds, at, k.correction, k.eps, own, 0, n);
          Loops.COMBINE.run(weights, at, own, 0, k.shrink, k.rate, weights, at, n);
        });
  }

  private interface Piece {
    void visit(long offset, long n);
  }

  private static void forEachBlock(long size, Piece piece) {
    Parallel.ranges(
        size,
        Parallel.GRAIN,
        (from, to) -> {
          for (long at = from; at < to; at += Block.LENGTH) {
            piece.visit(at * Float.BYTES, Math.min(Block.LENGTH, to - at));
          }
        });
  }
}
