package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.spi.SgdStep;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loop of stochastic gradient descent, which passes over weight, gradient and velocity
 * once: such steps wait for memory, not for arithmetic.
 */
interface SgdLoop {
  /** What becomes of the velocity. */
  enum Velocity {
    NONE,
    /** It is written without being read. */
    FIRST,
    LATER
  }

  /** What a copy is for. */
  record Kind(Velocity velocity, boolean nesterov) {}

  /** Elements {@code [from, to)}; velocity is not looked at where the step has none. */
  void run(
      SgdStep step,
      MemorySegment weight,
      MemorySegment gradient,
      MemorySegment velocity,
      long from,
      long to);

  /** Elements {@code positions[from .. to - 1]}. */
  void at(
      SgdStep step,
      MemorySegment weight,
      MemorySegment gradient,
      MemorySegment velocity,
      int[] positions,
      int from,
      int to);

  /** The loop for a step. */
  static SgdLoop of(SgdStep step) {
    if (step.momentum() == 0) {
      return Copies.PLAIN;
    }
    if (step.nesterov()) {
      return step.first() ? Copies.NESTEROV_FIRST : Copies.NESTEROV;
    }
    return step.first() ? Copies.MOMENTUM_FIRST : Copies.MOMENTUM;
  }

  /** One copy per kind. */
  final class Copies {
    private static final SgdLoop PLAIN = copy(Velocity.NONE, false);
    private static final SgdLoop MOMENTUM_FIRST = copy(Velocity.FIRST, false);
    private static final SgdLoop MOMENTUM = copy(Velocity.LATER, false);
    private static final SgdLoop NESTEROV_FIRST = copy(Velocity.FIRST, true);
    private static final SgdLoop NESTEROV = copy(Velocity.LATER, true);

    private Copies() {}

    private static SgdLoop copy(Velocity velocity, boolean nesterov) {
      return Specialized.copy(Template.class, SgdLoop.class, new Kind(velocity, nesterov));
    }
  }

  /** Copied for each kind. */
  final class Template implements SgdLoop {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final boolean MOVES = KIND.velocity() != Velocity.NONE;
    private static final boolean READS = KIND.velocity() == Velocity.LATER;
    private static final boolean NESTEROV = KIND.nesterov();
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    @Override
    public void run(
        SgdStep step,
        MemorySegment weight,
        MemorySegment gradient,
        MemorySegment velocity,
        long from,
        long to) {
      FloatVector decay = FloatVector.broadcast(S, (float) step.weightDecay());
      FloatVector momentum = FloatVector.broadcast(S, (float) step.momentum());
      FloatVector take = FloatVector.broadcast(S, (float) (1 - step.dampening()));
      FloatVector rate = FloatVector.broadcast(S, (float) -step.lr());
      long whole = to - (to - from) % Lanes.COUNT;
      for (long at = from * Float.BYTES; at < whole * Float.BYTES; at += Lanes.BYTES) {
        FloatVector w = FloatVector.fromMemorySegment(S, weight, at, Lanes.ORDER);
        FloatVector d = FloatVector.fromMemorySegment(S, gradient, at, Lanes.ORDER);
        d = w.fma(decay, d);
        if (MOVES) {
          FloatVector v = d;
          if (READS) {
            v = FloatVector.fromMemorySegment(S, velocity, at, Lanes.ORDER);
            v = v.fma(momentum, d.mul(take));
          }
          v.intoMemorySegment(velocity, at, Lanes.ORDER);
          d = NESTEROV ? v.fma(momentum, d) : v;
        }
        d.fma(rate, w).intoMemorySegment(weight, at, Lanes.ORDER);
      }
      for (long i = whole; i < to; i++) {
        one(step, weight, gradient, velocity, i);
      }
    }

    @Override
    public void at(
        SgdStep step,
        MemorySegment weight,
        MemorySegment gradient,
        MemorySegment velocity,
        int[] positions,
        int from,
        int to) {
      for (int p = from; p < to; p++) {
        one(step, weight, gradient, velocity, positions[p]);
      }
    }

    /** An element on its own. */
    private static void one(
        SgdStep step,
        MemorySegment weight,
        MemorySegment gradient,
        MemorySegment velocity,
        long i) {
      float momentum = (float) step.momentum();
      float w = weight.getAtIndex(FLOAT, i);
      float d = Math.fma(w, (float) step.weightDecay(), gradient.getAtIndex(FLOAT, i));
      if (MOVES) {
        float v = d;
        if (READS) {
          float taken = d * (float) (1 - step.dampening());
          v = Math.fma(velocity.getAtIndex(FLOAT, i), momentum, taken);
        }
        velocity.setAtIndex(FLOAT, i, v);
        d = NESTEROV ? Math.fma(v, momentum, d) : v;
      }
      weight.setAtIndex(FLOAT, i, Math.fma(d, (float) -step.lr(), w));
    }
  }
}
