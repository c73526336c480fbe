package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A layer without a weight to prune: random operands, one result. */
abstract class LayerWorkload implements Workload {
  final Backend backend = Backends.of(Device.CPU);
  private final List<Tensor> operands = new ArrayList<>();
  private final Problem problem;
  private final Tensor result;
  private final MemorySegment resultData;

  LayerWorkload(Problem problem, Shape result, Shape... operands) {
    this.problem = problem;
    Generator generator = new Generator(1);
    for (Shape shape : operands) {
      this.operands.add(RandomFill.uniform(generator, DType.FLOAT32, shape, -1, 1));
    }
    this.result = Tensor.zeros(DType.FLOAT32, result);
    resultData = this.result.segment();
  }

  /** The numbers of a shape that are joined by {@code x}, as many as there must be. */
  static int[] numbers(String shape, int count) {
    String[] parts = shape.split("x", -1);
    if (parts.length != count || !shape.matches("[\\dx]{1,60}")) {
      throw new IllegalArgumentException(
          "this shape is %d numbers joined by x but is '%s'".formatted(count, shape));
    }
    return Arrays.stream(parts).mapToInt(Integer::parseInt).toArray();
  }

  Tensor operand(int index) {
    return operands.get(index);
  }

  Tensor result() {
    return result;
  }

  /** An element of an operand. */
  double at(int operand, long position) {
    return operands.get(operand).segment().getAtIndex(JAVA_FLOAT, position);
  }

  @Override
  public double usefulFlops() {
    return problem.flops();
  }

  @Override
  public double bytes() {
    return 4.0 * (result.size() + operands.stream().mapToLong(Tensor::size).sum());
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
  public Problem problem() {
    return problem;
  }

  @Override
  public List<MemorySegment> inputs() {
    return operands.stream().map(Tensor::segment).toList();
  }

  @Override
  public long denseElements() {
    return result.size();
  }

  @Override
  public void close() {
    result.close();
    operands.forEach(Tensor::close);
  }
}
