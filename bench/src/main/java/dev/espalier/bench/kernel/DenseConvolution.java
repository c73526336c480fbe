package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Our convolution and its gradients. */
final class DenseConvolution implements Workload {
  private final Backend backend = Backends.of(Device.CPU);
  private final Pass pass;
  private final ConvShape shape;
  private final ConvOperands operands;
  private final Tensor result;
  private final MemorySegment resultData;

  DenseConvolution(CaseName name) {
    pass = name.pass();
    shape = ConvShape.parse(name.shape());
    Generator generator = new Generator(1);
    Tensor w = ConvOperands.random(generator, shape.weight());
    operands = new ConvOperands(shape, pass, w, generator);
    result = Tensor.zeros(DType.FLOAT32, operands.resultShape());
    resultData = result.segment();
  }

  @Override
  public void run() {
    ConvSpec spec = shape.spec();
    switch (pass) {
      case FORWARD -> backend.conv2d(operands.x(), operands.w(), null, false, spec, result);
      case DX -> backend.conv2dGradInput(operands.dy(), operands.w(), spec, result);
      default -> backend.conv2dGradWeight(operands.x(), operands.dy(), spec, result);
    }
  }

  @Override
  public double usefulFlops() {
    return problem().flops();
  }

  @Override
  public double bytes() {
    return operands.activationBytes() + 4.0 * shape.weight().size();
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
    return shape.problem(pass);
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
