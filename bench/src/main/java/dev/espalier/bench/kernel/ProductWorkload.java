package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A product of {@link ProductOperands} with a result of its own, whatever stores the operands. */
abstract class ProductWorkload implements Workload {
  private final ProductOperands operands;
  private final Tensor result;
  private final MemorySegment resultData;

  /**
   * @param result that our kernel writes; closed with this
   */
  ProductWorkload(ProductOperands operands, Tensor result) {
    this.operands = operands;
    this.result = result;
    this.resultData = result.segment();
  }

  final ProductOperands operands() {
    return operands;
  }

  final Tensor result() {
    return result;
  }

  @Override
  public final long elements() {
    return result.size();
  }

  @Override
  public final double actual(long element) {
    return resultData.getAtIndex(JAVA_FLOAT, element);
  }

  @Override
  public final Expected expected(long element) {
    return operands.expected(inDense(element));
  }

  @Override
  public final Problem problem() {
    return operands.problem();
  }

  @Override
  public final List<MemorySegment> inputs() {
    return operands.inputs();
  }

  @Override
  public final long denseElements() {
    return operands.resultElements();
  }

  @Override
  public void close() {
    result.close();
  }
}
