package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Our matrix product. */
final class DenseProduct implements Workload {
  private final Backend backend = Backends.of(Device.CPU);
  private final ProductOperands operands;
  private final Tensor left;
  private final Tensor right;
  private final Tensor result;
  private final MemorySegment resultData;

  DenseProduct(CaseName name) {
    ProductShape shape = ProductShape.parse(name.shape());
    Generator generator = new Generator(1);
    Tensor w = ProductOperands.random(shape, shape.m(), shape.k(), generator);
    operands = ProductOperands.of(shape, name.pass(), w, generator);
    left = operands.leftView();
    right = operands.rightView();
    result = operands.emptyResult();
    resultData = result.segment();
  }

  @Override
  public void run() {
    backend.gemm(1, left, right, 0, result, Epilogue.NONE);
  }

  @Override
  public double usefulFlops() {
    return operands.problem().flops();
  }

  @Override
  public double bytes() {
    return 4.0 * (left.size() + right.size() + result.size());
  }

  @Override
  public long elements() {
    return result.size();
  }

  @Override
  public double actual(long element) {
    return resultData.getAtIndex(JAVA_FLOAT, element);
  }

  @Override
  public Expected expected(long element) {
    return operands.expected(element);
  }

  @Override
  public Problem problem() {
    return operands.problem();
  }

  @Override
  public List<MemorySegment> inputs() {
    return operands.inputs();
  }

  @Override
  public long denseElements() {
    return result.size();
  }

  @Override
  public void close() {
    result.close();
  }
}
