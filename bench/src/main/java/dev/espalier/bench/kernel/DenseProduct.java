package dev.espalier.bench.kernel;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;

/** Our matrix product. */
final class DenseProduct extends ProductWorkload {
  private final Backend backend = Backends.of(Device.CPU);
  private final Tensor left;
  private final Tensor right;

  private DenseProduct(ProductOperands operands) {
    super(operands, operands.emptyResult());
    left = operands.leftView();
    right = operands.rightView();
  }

  static DenseProduct of(CaseName name) {
    ProductShape shape = ProductShape.parse(name.shape());
    Generator generator = new Generator(1);
    Tensor w = ProductOperands.random(shape, shape.m(), shape.k(), generator);
    return new DenseProduct(ProductOperands.of(shape, name.pass(), w, generator));
  }

  @Override
  public void run() {
    backend.gemm(1, left, right, 0, result(), Epilogue.NONE);
  }

  @Override
  public double usefulFlops() {
    return operands().problem().flops();
  }

  @Override
  public double bytes() {
    return 4.0 * (left.size() + right.size() + result().size());
  }
}
