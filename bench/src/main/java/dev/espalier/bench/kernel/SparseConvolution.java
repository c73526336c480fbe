package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Our convolution with a sparse weight, and its gradients. */
final class SparseConvolution implements Workload {
  private final Pass pass;
  private final ConvShape shape;
  private final ConvOperands operands;
  private final Weight.Sparse weight;
  private final int[] positions;
  private Tensor result;

  SparseConvolution(CaseName name) {
    pass = name.pass();
    shape = ConvShape.parse(name.shape());
    Generator generator = new Generator(1);
    SparseFormat format = SparseFormat.of(name.format());
    Mask mask = format.randomMask(shape.weight(), name.sparsity(), generator);
    Tensor dense = mask.apply(ConvOperands.random(generator, shape.weight()));
    SparseTensor stored = format.store(dense, mask);
    weight = new Weight.Sparse(stored);
    positions = SparseFormat.pattern(stored).flatPositions();
    operands = new ConvOperands(shape, pass, dense, generator);
  }

  @Override
  public void run() {
    if (result != null) {
      result.close();
    }
    result =
        switch (pass) {
          case FORWARD -> SparseOps.conv2d(operands.x(), weight, null, false, shape.spec());
          case DX -> SparseOps.conv2dGradInput(operands.dy(), weight, shape.spec(), shape.image());
          default ->
              SparseOps.conv2dGradWeight(operands.x(), operands.dy(), weight, shape.spec(), false);
        };
  }

  @Override
  public double usefulFlops() {
    return problem().flops() * weight.density();
  }

  @Override
  public double bytes() {
    return operands.activationBytes() + 8.0 * positions.length;
  }

  @Override
  public long elements() {
    return pass == Pass.DW ? positions.length : denseElements();
  }

  @Override
  public double actual(long element) {
    return result.segment().getAtIndex(JAVA_FLOAT, element);
  }

  @Override
  public Expected expected(long element) {
    return operands.expected(inDense(element));
  }

  @Override
  public long inDense(long element) {
    return pass == Pass.DW ? positions[Math.toIntExact(element)] : element;
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
    if (result != null) {
      result.close();
    }
    weight.tensor().close();
  }
}
