package dev.espalier.bench.jmh;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.ops.Convolution;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Convolutions of ResNet-50's 3×3 shapes (channels@side), stride 1, padding 1: dense forward and
 * both gradients, and the forward pass with an unstructured weight; {@code 18 batch channels²
 * side²} operations dense, times the density sparse.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ConvolutionBenchmark {
  @Param({"64@56", "128@28", "256@14", "512@7"})
  private String shape;

  @Param("1")
  private int batch;

  @Param("0.1")
  private double density;

  @Param("1")
  private int threads;

  private final ConvSpec spec = ConvSpec.of(1, 1);
  private Tensor x;
  private Tensor weight;
  private Weight.Sparse sparse;
  private Tensor gradient;
  private Scope scope;

  /** Draws the operands and compares the sparse with the dense forward pass. */
  @Setup(Level.Trial)
  public void setUp() {
    Threads.setCount(threads);
    int at = shape.indexOf('@');
    int channels = Integer.parseInt(shape.substring(0, at));
    int side = Integer.parseInt(shape.substring(at + 1));
    var generator = new Generator(1);
    Shape weightShape = Shape.of(channels, channels, 3, 3);
    Tensor scores = RandomFill.uniform(generator, DType.FLOAT32, weightShape, 0, 1);
    Mask mask = Mask.keepLargest(scores, Math.round(density * scores.size()));
    weight = mask.apply(RandomFill.uniform(generator, DType.FLOAT32, weightShape, -1, 1));
    sparse = new Weight.Sparse(SparseTensor.fromDense(weight, mask));
    Shape maps = Shape.of(batch, channels, side, side);
    x = RandomFill.uniform(generator, DType.FLOAT32, maps, -1, 1);
    gradient = RandomFill.uniform(generator, DType.FLOAT32, maps, -1, 1);
    try (var _ = Scope.open("agreement")) {
      Agreement.require("sparse convolution", sparseForward(), forward());
    }
  }

  /** Each call's result goes back to the allocator with the next scope. */
  @Setup(Level.Invocation)
  public void open() {
    scope = Scope.open("call");
  }

  /** Frees the call's result. */
  @TearDown(Level.Invocation)
  public void close() {
    scope.close();
  }

  /** Dense forward pass. */
  @Benchmark
  public Tensor forward() {
    return Convolution.conv2d(x, weight, null, false, spec);
  }

  /** Gradient at the input. */
  @Benchmark
  public Tensor inputGradient() {
    return Convolution.conv2dGradInput(gradient, weight, spec, x.shape());
  }

  /** Gradient at the weight. */
  @Benchmark
  public Tensor weightGradient() {
    return Convolution.conv2dGradWeight(x, gradient, spec, weight.shape());
  }

  /** Forward pass with the unstructured weight. */
  @Benchmark
  public Tensor sparseForward() {
    return SparseOps.conv2d(x, sparse, null, false, spec);
  }
}
