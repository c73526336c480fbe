package dev.espalier.cuda.bench;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.emulator.LaunchReport;
import dev.espalier.cuda.emulator.TimeEstimate;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** One run of the benchmark: ceilings, then case after case with the dense products beside it. */
final class Bench {
  private static final int MOST_FAILURES_IN_A_ROW = 5;

  private final CudaBackend backend;
  private final Options options;
  private final boolean emulated;
  private final PrintWriter out;
  private final Meter meter;
  private final List<Library> libraries;
  private final List<String> absences;
  private final Effort effort;
  private final Standings standings;
  private final List<Case> failed = new ArrayList<>();
  private Ceilings ceilings;
  private int failuresInARow;

  /**
   * @param emulated whether the device is the emulator, which has no clock
   */
  Bench(CudaBackend backend, Options options, boolean emulated, PrintWriter out) {
    this.backend = backend;
    this.options = options;
    this.emulated = emulated;
    this.out = out;
    effort = effort(options, emulated);
    meter = new Meter(backend, effort, !emulated);
    libraries = libraries(backend);
    standings = new Standings(libraries);
    absences = backend.context().libraries().absences();
  }

  private static List<Library> libraries(CudaBackend backend) {
    DeviceContext context = backend.context();
    List<Library> all = new ArrayList<>();
    all.add(new OurCalls(backend));
    all.add(new GeneratedCalls(context));
    context.libraries().dense().ifPresent(dense -> all.add(new VendorDense(context, dense)));
    context.libraries().sparse().ifPresent(sparse -> all.add(new VendorSparse(context, sparse)));
    return List.copyOf(all);
  }

  static Effort effort(Options options, boolean emulated) {
    return emulated ? Effort.SMOKE : options.quick() ? Effort.SHORT : Effort.FULL;
  }

  /** How many cases failed; those for which no time was left are no failure. */
  int run() throws IOException {
    long start = System.nanoTime();
    BooleanSupplier timeIsUp = () -> (System.nanoTime() - start) / 60e9 > options.minutes();
    List<Case> chosen = options.chosen(CaseList.of(effort));
    int skipped = 0;
    try (var log = new RowLog(options.out(), "bench.jsonl")) {
      log.append(deviceRow());
      absences.forEach(out::println);
      if (!emulated) {
        ceilings = Ceilings.measure(backend.context(), effort);
        say(ceilings.toString());
        log.append(ceilingsRow());
      }
      for (Case what : chosen) {
        if (timeIsUp.getAsBoolean() || failuresInARow >= MOST_FAILURES_IN_A_ROW) {
          skipped++;
        } else {
          measureWithPeers(what, log);
        }
      }
      log.append(endRow(chosen.size(), skipped, (System.nanoTime() - start) / 1e9));
    }
    Summary.of(standings.all(), standings::denseBeside).forEach(out::println);
    String why =
        failuresInARow >= MOST_FAILURES_IN_A_ROW
            ? ": too many failures in a row"
            : skipped > 0 ? ": the time was up" : "";
    say(
        "%d cases, %d failed, %d not begun%s"
            .formatted(chosen.size(), failed.size(), skipped, why));
    failed.forEach(what -> say("failed: " + what));
    return failed.size();
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  // ---- cases

  private void measureWithPeers(Case what, RowLog log) throws IOException {
    for (Library library : libraries) {
      measure(what.dense(library.name()), library, log);
      Case f32 =
          new Case(what.layer(), what.pass(), Format.DENSE, NumberType.F32, 0, library.name());
      measure(f32, library, log);
    }
    // ours last, to stand beside the others in its row
    for (Library library : libraries.reversed()) {
      measure(what.by(library.name()), library, log);
    }
  }

  private void measure(Case what, Library library, RowLog log) throws IOException {
    Call call = library.of(what);
    if (call == null || standings.has(what) || failed.contains(what)) {
      return;
    }
    try {
      Measurement found = meter.measure(what, call, options.seed());
      standings.add(found);
      log.append(row(found));
      say(line(found));
      failuresInARow = 0;
    } catch (RuntimeException e) {
      failed.add(what);
      failuresInARow++;
      log.append(describe(what).put("error", e.toString()));
      say(what + ": " + (e.getMessage() == null ? e : e.getMessage()));
    }
  }

  // ---- rows

  private JsonRow deviceRow() {
    DeviceProperties device = backend.context().properties();
    return new JsonRow()
        .put("row", "device")
        .put("device", device.name())
        .put("architecture", device.architecture())
        .put("multiprocessors", device.multiprocessors())
        .put("l2_bytes", device.l2Bytes())
        .put("clock", emulated ? "none: emulator" : "device events")
        .put("libraries", String.join(", ", libraries.stream().map(Library::name).toList()))
        .put("absent", String.join("; ", absences))
        .put("seed", options.seed())
        .put("commit", System.getProperty("espalier.commit", "unknown"))
        .put("java", Runtime.version().toString());
  }

  private JsonRow ceilingsRow() {
    return new JsonRow()
        .put("row", "ceilings")
        .put("copy_gbs", ceilings.gigabytesPerSecond())
        .put("fp32_gflops", ceilings.fp32())
        .put("tf32_mma_gflops", ceilings.tf32())
        .put("bf16_mma_gflops", ceilings.bf16());
  }

  private JsonRow endRow(int cases, int skipped, double seconds) {
    return new JsonRow()
        .put("row", "end")
        .put("cases", cases)
        .put("failed", failed.size())
        .put("not_begun", skipped)
        .put("seconds", seconds);
  }

  private static JsonRow describe(Case what) {
    return new JsonRow()
        .put("row", "kernel")
        .put("kernel", what.kernel())
        .put("pass", what.pass().label())
        .put("format", what.format().label())
        .put("type", what.type().label())
        .put("shape", what.layer().shape())
        .put("sparsity", what.sparsity())
        .put("by", what.by());
  }

  private JsonRow row(Measurement found) {
    Case what = found.what();
    JsonRow row =
        describe(what)
            .put("weights", found.weights())
            .put("gflop", found.flops() / 1e9)
            .put("bytes", found.bytes())
            .put("error_of_allowed", found.error());
    Timing timing = found.timing();
    if (timing == null) {
      return backend.context().driver() instanceof EmulatedDriver emulator
          ? counted(row, emulator)
          : row;
    }
    row.put("us", timing.micros())
        .put("us_p10", timing.low())
        .put("us_p90", timing.high())
        .put("passes", timing.passes())
        .put("sets", found.sets())
        .put("graph", timing.graph())
        .put("gflops", found.flops() / timing.micros() / 1e3)
        .put("gbs", found.bytes() / timing.micros() / 1e3)
        .put("roofline", roofline(found));
    Measurement dense = what.format().isDense() ? null : standings.denseBeside(what);
    if (dense != null) {
      row.put("dense_us", dense.timing().micros())
          .put("dense_by", dense.what().by() + " " + dense.what().type().label())
          .put("times_dense", dense.timing().micros() / timing.micros());
    }
    Measurement library = standings.libraryBeside(what);
    if (library != null) {
      row.put("library_us", library.timing().micros())
          .put("library", library.what().by())
          .put("times_library", library.timing().micros() / timing.micros());
    }
    return row;
  }

  /** What the emulator counted of the case's last launch, and the time that it estimates of it. */
  private static JsonRow counted(JsonRow row, EmulatedDriver emulator) {
    LaunchReport launch = emulator.lastLaunch();
    TimeEstimate estimate = launch.estimate(emulator.device());
    return row.put("launch", launch.kernel())
        .put("instructions", launch.instructions())
        .put("multiply_adds", launch.multiplyAdds())
        .put("requests", launch.globalRequests())
        .put("sectors", launch.sectors())
        .put("sectors_at_best", launch.idealSectors())
        .put("bank_conflicts", launch.bankConflicts())
        .put("registers", launch.resources().registersPerThread())
        .put("occupancy", launch.occupancy().share())
        .put("estimated_us", estimate.microseconds())
        .put("bound", estimate.bound().toString());
  }

  private double roofline(Measurement found) {
    double floor = ceilings.floorMicros(found.what().type(), found.flops(), found.bytes());
    return floor / found.timing().micros();
  }

  private String line(Measurement found) {
    Timing timing = found.timing();
    if (timing == null) {
      return String.format(
          Locale.ROOT,
          "%-56s right, %.0f %% of the allowed error",
          found.what(),
          100 * found.error());
    }
    Measurement dense =
        found.what().format().isDense() ? null : standings.denseBeside(found.what());
    return String.format(
        Locale.ROOT,
        "%-56s %9.1f us %8.0f GFLOP/s %3.0f %% of roof%s",
        found.what(),
        timing.micros(),
        found.flops() / timing.micros() / 1e3,
        100 * roofline(found),
        dense == null
            ? ""
            : String.format(
                Locale.ROOT, " %6.2fx dense", dense.timing().micros() / timing.micros()));
  }
}
