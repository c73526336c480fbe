package dev.espalier.tensor.cpu.vector;

import java.util.ArrayDeque;

/**
 * The objects that one call of a sparse product works with, set anew by the next: calls leave
 * nothing to the garbage collector. There are never more than calls that ran at one time.
 */
final class SparseCall implements AutoCloseable {
  private static final ArrayDeque<SparseCall> IDLE = new ArrayDeque<>();

  final SparseOutput output = new SparseOutput();
  final MatrixPanels source = new MatrixPanels();
  final GroupedProduct product = new GroupedProduct();
  final VectorSpmv vector = new VectorSpmv();
  final SampledProduct sampled = new SampledProduct();
  final PackedProduct packedProduct = new PackedProduct();
  final PackedVector packedVector = new PackedVector();

  private SparseCall() {}

  static SparseCall acquire() {
    synchronized (IDLE) {
      SparseCall idle = IDLE.pollFirst();
      if (idle != null) {
        return idle;
      }
    }
    return new SparseCall();
  }

  @Override
  public void close() {
    output.close();
    synchronized (IDLE) {
      IDLE.addFirst(this);
    }
  }
}
