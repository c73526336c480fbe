package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A case with its operands in memory: our kernel, the dense problem behind it for peers, and what
 * the result must be.
 */
public interface Workload extends AutoCloseable {
  /** Runs our kernel; this is what is timed. */
  void run();

  /** Floating-point operations that contribute to the result: those at stored weights. */
  double usefulFlops();

  /** Least memory traffic: every operand read once, the result written once. */
  double bytes();

  /** Elements of the result. */
  long elements();

  /** One element of our last result. */
  double actual(long element);

  /** What it must be. */
  Expected expected(long element);

  /** Where the result of the dense problem has this element. */
  default long inDense(long element) {
    return element;
  }

  /** The dense problem that computes the same. */
  Problem problem();

  /** The operands of the dense problem. */
  List<MemorySegment> inputs();

  /** Elements of the dense problem's result. */
  long denseElements();

  @Override
  void close();
}
