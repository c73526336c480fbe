package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;
import java.lang.foreign.MemorySegment;

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

  static void adam(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    MemorySegment weights = w.segment();
    MemorySegment gradients = grad.segment();
    MemorySegment firsts = m.segment();
    MemorySegment seconds = v.segment();
    float rate = (float) (-step.lr() / (1 - Math.pow(step.beta1(), (double) step.step())));
    float correction = (float) (1 / Math.sqrt(1 - Math.pow(step.beta2(), (double) step.step())));
    float decay = (float) (step.decoupled() ? 0 : step.weightDecay());
    float shrink = (float) (step.decoupled() ? 1 - step.lr() * step.weightDecay() : 1);
    float keepFirst = (float) step.beta1();
    float takeFirst = (float) (1 - step.beta1());
    float keepSecond = (float) step.beta2();
    float takeSecond = (float) (1 - step.beta2());
    float eps = (float) step.eps();
    forEachBlock(
        w.size(),
        (at, n) -> {
          MemorySegment own = Block.SLOPES.own();
          Loops.ADD_SCALED.run(gradients, at, weights, at, decay, 0, own, 0, n);
          Loops.COMBINE.run(firsts, at, own, 0, keepFirst, takeFirst, firsts, at, n);
          SECOND_MOMENT.run(seconds, at, own, 0, keepSecond, takeSecond, seconds, at, n);
          DIRECTION.run(firsts, at, seconds, at, correction, eps, own, 0, n);
          Loops.COMBINE.run(weights, at, own, 0, shrink, rate, weights, at, n);
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
