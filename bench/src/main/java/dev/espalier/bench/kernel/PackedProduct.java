package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;

/** Our product with a weight packed in eight bits; peers multiply by what it unpacks to. */
final class PackedProduct extends ProductWorkload {
  /** Its name among the formats. */
  static final String FORMAT = "int8";

  private final Backend backend = Backends.of(Device.CPU);
  private final PackedInt8 weight;

  private PackedProduct(PackedInt8 weight, ProductOperands operands) {
    super(operands, operands.emptyResult());
    this.weight = weight;
  }

  static PackedProduct of(CaseName name) {
    if (name.pass() != Pass.FORWARD) {
      throw new IllegalArgumentException(
          "a weight packed in eight bits has a forward pass only but the case is " + name);
    }
    ProductShape shape = ProductShape.parse(name.shape());
    Generator generator = new Generator(1);
    Shape weightShape = Shape.of(shape.m(), shape.k());
    var format = new SparseFormat(new Granularity.Element(), SparseTensor::toCsr);
    Mask mask = format.randomMask(weightShape, name.sparsity(), generator);
    Tensor dense = mask.apply(ProductOperands.random(shape, shape.m(), shape.k(), generator));
    try (SparseTensor stored = format.store(dense, mask)) {
      PackedInt8 weight = PackedInt8.of(stored);
      return new PackedProduct(
          weight, ProductOperands.of(shape, Pass.FORWARD, weight.dense(), generator));
    }
  }

  @Override
  public void run() {
    backend.spmmPacked(weight, operands().right(), result(), Epilogue.NONE);
  }

  @Override
  public double usefulFlops() {
    return operands().problem().flops() * weight.nnz() / weight.shape().size();
  }

  @Override
  public double bytes() {
    return weight.bytes() + 4.0 * (operands().right().size() + result().size());
  }

  @Override
  public void close() {
    super.close();
    weight.close();
  }
}
