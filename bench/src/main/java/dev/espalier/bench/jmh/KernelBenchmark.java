package dev.espalier.bench.jmh;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.kernel.Contender;
import dev.espalier.bench.measure.ForkNote;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the benchmarks of all families share. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class KernelBenchmark {
  private static final double LONGEST_SETTLING_SECONDS = 30;

  @Param(Contender.OURS)
  private String library;

  @Param("1")
  private int threads;

  private Contender contender;

  /** For JMH's subclasses. */
  protected KernelBenchmark() {}

  /** Which case. */
  protected abstract String name();

  /** Puts the operands into memory, checks the result once and lets the compiler come to rest. */
  @Setup(Level.Trial)
  public void open() {
    contender = ForkNote.during(() -> Contender.open(CaseName.parse(name()), library, threads));
    contender.settle(LONGEST_SETTLING_SECONDS);
  }

  /** Frees everything. */
  @TearDown(Level.Trial)
  public void close() {
    contender.close();
  }

  /** One call. */
  @Benchmark
  public void call() {
    contender.run();
  }
}
