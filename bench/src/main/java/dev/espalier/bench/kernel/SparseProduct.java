package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;

/**
 * Our products with a sparse weight: forward, through the transposed index with its values gathered
 * anew (as a training step must) for dx, and sampled at the pattern for dw.
 */
final class SparseProduct extends ProductWorkload {
  private final Backend backend = Backends.of(Device.CPU);
  private final Pass pass;
  private final SparseTensor weight;
  private final SparsePattern pattern;
  private final Runnable kernel;

  private SparseProduct(Pass pass, SparseTensor weight, ProductOperands operands, Tensor result) {
    super(operands, result);
    this.pass = pass;
    this.weight = weight;
    this.pattern = weight.pattern();
    this.kernel = kernel();
  }

  static SparseProduct of(CaseName name) {
    ProductShape shape = ProductShape.parse(name.shape());
    Generator generator = new Generator(1);
    SparseFormat format = SparseFormat.of(name.format());
    Shape weightShape = Shape.of(shape.m(), shape.k());
    Mask mask =
        name.pattern().isEmpty()
            ? format.randomMask(weightShape, name.sparsity(), generator)
            : SmtxFile.read(name.pattern()).mask();
    Tensor dense = mask.apply(ProductOperands.random(shape, shape.m(), shape.k(), generator));
    SparseTensor weight = format.store(dense, mask);
    ProductOperands operands = ProductOperands.of(shape, name.pass(), dense, generator);
    Tensor result =
        name.pass() == Pass.DW
            ? Tensor.zeros(DType.FLOAT32, weight.pattern().valuesShape())
            : operands.emptyResult();
    return new SparseProduct(name.pass(), weight, operands, result);
  }

  private Runnable kernel() {
    Tensor values = weight.values();
    Tensor right = operands().right();
    return switch (pass) {
      case FORWARD -> () -> multiply(pattern, values, right);
      case DX -> {
        SparsePattern transposed = pattern.transpose();
        int[] order = pattern.transposePermutation();
        Tensor permuted = Tensor.zeros(DType.FLOAT32, transposed.valuesShape());
        yield () -> {
          backend.gatherElements(values, order, permuted);
          multiply(transposed, permuted, right);
        };
      }
      case DW -> {
        Tensor left = operands().left();
        yield () -> backend.sddmm(pattern, left, right, result());
      }
      case STEP -> throw new IllegalArgumentException("a product has no training step");
    };
  }

  private void multiply(SparsePattern positions, Tensor values, Tensor right) {
    backend.spmm(positions, values, right, 0, result(), Epilogue.NONE);
  }

  @Override
  public void run() {
    kernel.run();
  }

  @Override
  public double usefulFlops() {
    return operands().problem().flops() * pattern.density();
  }

  @Override
  public double bytes() {
    double index = 4.0 * pattern.nnz();
    double values = 4.0 * pattern.nnz();
    double left = pass == Pass.DW ? 4.0 * operands().left().size() : values;
    return index + left + 4.0 * (operands().right().size() + result().size());
  }

  @Override
  public long inDense(long element) {
    return pass == Pass.DW ? pattern.flatPositions()[Math.toIntExact(element)] : element;
  }

  @Override
  public void close() {
    super.close();
    weight.close();
  }
}
