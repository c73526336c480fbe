package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Our convolution with a sparse weight, and its gradients. */
final class SparseConvolution implements Workload {
  private final Pass pass;
  private final ConvShape shape;
  private final ConvOperands operands;
  private final Backend backend = Backends.of(Device.CPU);
  private final SparseTensor weight;
  private final SparsePattern pattern;
  private final Tensor result;
  private final MemorySegment resultData;

  SparseConvolution(CaseName name) {
    pass = name.pass();
    shape = ConvShape.parse(name.shape());
    Generator generator = new Generator(1);
    SparseFormat format = SparseFormat.of(name.format());
    Mask mask = format.randomMask(shape.weight(), name.sparsity(), generator);
    Tensor dense = mask.apply(ConvOperands.random(generator, shape.weight()));
    weight = format.store(dense, mask);
    pattern = weight.pattern();
    operands = new ConvOperands(shape, pass, dense, generator);
    result =
        Tensor.zeros(
            DType.FLOAT32, pass == Pass.DW ? pattern.valuesShape() : operands.resultShape());
    resultData = result.segment();
  }

  @Override
  public void run() {
    Shape dense = shape.weight();
    ConvSpec spec = shape.spec();
    Tensor values = weight.values();
    switch (pass) {
      case FORWARD ->
          backend.sparseConv2d(pattern, values, dense, operands.x(), null, false, spec, result);
      case DX -> backend.sparseConv2dGradInput(pattern, values, dense, operands.dy(), spec, result);
      default ->
          backend.sparseConv2dGradWeight(pattern, dense, operands.x(), operands.dy(), spec, result);
    }
  }

  @Override
  public double usefulFlops() {
    return problem().flops() * pattern.density();
  }

  @Override
  public double bytes() {
    return operands.activationBytes() + 8.0 * pattern.nnz();
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
    return operands.expected(inDense(element));
  }

  @Override
  public long inDense(long element) {
    return pass == Pass.DW ? pattern.flatPositions()[Math.toIntExact(element)] : element;
  }

  @Override
  public Problem problem() {
    return shape.problem(pass);
  }

  @Override
  public List<MemorySegment> inputs() {
    return operands.inputs();
  }

  @Override
  public long denseElements() {
    return operands.resultShape().size();
  }

  @Override
  public void close() {
    result.close();
    weight.close();
  }
}
