package dev.espalier.bench.measure;

import dev.espalier.bench.jmh.Conv2dBenchmark;
import dev.espalier.bench.jmh.GemmBenchmark;
import dev.espalier.bench.jmh.KernelBenchmark;
import dev.espalier.bench.jmh.LayerBenchmark;
import dev.espalier.bench.jmh.ModelBenchmark;
import dev.espalier.bench.jmh.SddmmBenchmark;
import dev.espalier.bench.jmh.SpmmBenchmark;
import dev.espalier.bench.jmh.SpmvBenchmark;
import dev.espalier.bench.jmh.StructuredBenchmark;
import dev.espalier.bench.jmh.TrainingStepBenchmark;
import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.kernel.Cases;
import dev.espalier.bench.kernel.Contender;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Times one side of one case in a JVM of its own. */
final class JmhTimer {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final Effort effort;

  JmhTimer(Effort effort) {
    this.effort = effort;
  }

  Timing time(CaseName name, String library, int threads) throws MeasurementException {
    Path note = null;
    try {
      note = Files.createTempFile("espalier-bench", ".properties");
      Options options = options(name, library, threads, note);
      Collection<RunResult> results;
      try {
        results = new Runner(options, quiet()).run();
      } catch (RunnerException e) {
        throw failure(library, name, ForkNote.read(note), e);
      }
      ForkNote told = ForkNote.read(note);
      if (results.isEmpty() || !told.failure().isEmpty()) {
        throw failure(library, name, told, null);
      }
      return timing(results.iterator().next(), told);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      delete(note);
    }
  }

  /** What JMH and the forks print says nothing that a row or a note does not say. */
  private static OutputFormat quiet() {
    return OutputFormatFactory.createFormatInstance(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
        VerboseMode.SILENT);
  }

  private static MeasurementException failure(
      String library, CaseName name, ForkNote note, RunnerException e) {
    String reason = note.failure();
    if (reason.isEmpty()) {
      reason = e == null ? "JMH gave no result" : e.getMessage();
    } else if (e != null && e.getMessage() != null) {
      reason += " (%s)".formatted(e.getMessage().strip());
    }
    var failure =
        new MeasurementException(
            "%s on %s: %s".formatted(library, name, reason), note.unavailable());
    if (e != null) {
      failure.initCause(e);
    }
    return failure;
  }

  private static void delete(Path note) {
    try {
      if (note != null) {
        Files.deleteIfExists(note);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Options options(CaseName name, String library, int threads, Path note) {
    int warmups = library.equals(Contender.OURS) ? effort.warmups() : effort.peerWarmups();
    if (library.equals(Contender.OUR_DENSE)) {
      warmups = effort.warmups();
    }
    return new OptionsBuilder()
        .include("^" + Pattern.quote(benchmark(name).getName()) + "\\.")
        .param("name", name.toString())
        .param("library", library)
        .param("threads", Integer.toString(threads))
        .forks(1)
        .warmupIterations(warmups)
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations(effort.iterations())
        .measurementTime(TimeValue.milliseconds(effort.millis()))
        .addProfiler(GCProfiler.class)
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .jvmArgsPrepend("-D" + ForkNote.PROPERTY + "=" + note)
        .build();
  }

  private static Class<? extends KernelBenchmark> benchmark(CaseName name) {
    return switch (name.kernel()) {
      case "gemm" -> GemmBenchmark.class;
      case "spmm", "spmv", "sddmm" ->
          name.format().equals("csr") ? unstructured(name) : StructuredBenchmark.class;
      case "conv2d" -> Conv2dBenchmark.class;
      case Cases.TRAINING -> TrainingStepBenchmark.class;
      case Cases.MODEL -> ModelBenchmark.class;
      default -> LayerBenchmark.class;
    };
  }

  private static Class<? extends KernelBenchmark> unstructured(CaseName name) {
    return switch (name.kernel()) {
      case "spmv" -> SpmvBenchmark.class;
      case "sddmm" -> SddmmBenchmark.class;
      default -> SpmmBenchmark.class;
    };
  }

  private static Timing timing(RunResult result, ForkNote note) {
    Statistics micros = result.getPrimaryResult().getStatistics();
    @SuppressWarnings("rawtypes")
    Result allocated = result.getSecondaryResults().get(ALLOCATED);
    return new Timing(
        micros.getPercentile(50),
        micros.getStandardDeviation() / micros.getMean(),
        allocated == null ? 0 : allocated.getScore(),
        note);
  }
}
