package dev.espalier.bench.jmh;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.ops.MatMul;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
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
 * The three products of a linear layer with an unstructured weight [rows, inner] and a dense
 * operand of {@code columns}: forward (SpMM), weight gradient (SDDMM), and their dense
 * counterparts; {@code 2 rows inner columns} operations dense, times the density sparse.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class SparseProductBenchmark {
  @Param("512")
  private int rows;

  @Param("512")
  private int inner;

  @Param("768")
  private int columns;

  @Param({"0.5", "0.3", "0.1", "0.05"})
  private double density;

  @Param("1")
  private int threads;

  private Tensor dense;
  private Csr sparse;
  private Tensor operand;
  private Tensor gradient;
  private Scope scope;

  /** Draws an unstructured pattern and compares the sparse with the dense products. */
  @Setup(Level.Trial)
  public void setUp() {
    Threads.setCount(threads);
    var generator = new Generator(1);
    Tensor values = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(rows, inner), -1, 1);
    Tensor scores = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(rows, inner), 0, 1);
    Mask mask = Mask.keepLargest(scores, Math.round(density * rows * inner));
    dense = mask.apply(values);
    sparse = SparseTensor.fromDense(dense, mask);
    operand = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(inner, columns), -1, 1);
    gradient = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(rows, columns), -1, 1);
    try (var _ = Scope.open("agreement")) {
      Agreement.require("spmm", SparseOps.spmm(sparse, operand), MatMul.matmul(dense, operand));
      Tensor sampled =
          sparse.withValues(SparseOps.sddmm(sparse.pattern(), gradient, operand)).dense();
      Agreement.require("sddmm", sampled, mask.apply(MatMul.matmul(gradient, operand.transpose())));
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

  /** Dense forward product. */
  @Benchmark
  public Tensor gemm() {
    return MatMul.matmul(dense, operand);
  }

  /** Sparse forward product. */
  @Benchmark
  public Tensor spmm() {
    return SparseOps.spmm(sparse, operand);
  }

  /** Dense weight gradient. */
  @Benchmark
  public Tensor gemmWeightGradient() {
    return MatMul.matmul(gradient, operand.transpose());
  }

  /** Weight gradient at the stored positions. */
  @Benchmark
  public Tensor sddmm() {
    return SparseOps.sddmm(sparse.pattern(), gradient, operand);
  }
}
