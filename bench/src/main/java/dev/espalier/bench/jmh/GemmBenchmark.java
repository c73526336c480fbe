package dev.espalier.bench.jmh;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.cpu.ScalarBackend;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Single-precision matrix product of squares: the active backend against the scalar reference;
 * {@code 2 size³} operations a call.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class GemmBenchmark {
  @Param({"384", "768", "1536"})
  private int size;

  @Param("1")
  private int threads;

  private final Backend active = Backends.of(Device.CPU);
  private final Backend reference = new ScalarBackend();
  private Tensor a;
  private Tensor b;
  private Tensor c;

  /** Fills the operands and compares both backends. */
  @Setup(Level.Trial)
  public void setUp() {
    Threads.setCount(threads);
    var generator = new Generator(1);
    a = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(size, size), -1, 1);
    b = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(size, size), -1, 1);
    c = Tensor.zeros(DType.FLOAT32, Shape.of(size, size));
    try (var _ = Scope.open("agreement")) {
      Tensor rows = a.narrow(0, 0, 16);
      Tensor expected = Tensor.zeros(DType.FLOAT32, Shape.of(16, size));
      reference.gemm(1, rows, b, 0, expected, Epilogue.NONE);
      active.gemm(1, a, b, 0, c, Epilogue.NONE);
      Agreement.require("gemm", c.narrow(0, 0, 16).contiguous(), expected);
    }
  }

  /** The active backend. */
  @Benchmark
  public Tensor active() {
    active.gemm(1, a, b, 0, c, Epilogue.NONE);
    return c;
  }

  /** The scalar reference. */
  @Benchmark
  public Tensor scalar() {
    reference.gemm(1, a, b, 0, c, Epilogue.NONE);
    return c;
  }
}
