package dev.espalier.cuda.bench;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.CrossoverTables;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.ops.CrossoverCases;
import dev.espalier.tensor.ops.CrossoverProbe;
import dev.espalier.tensor.ops.CrossoverProbe.Case;
import dev.espalier.tensor.ops.CrossoverProbe.Settings;
import dev.espalier.tensor.ops.CrossoverTuning;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * Measures the crossover table of the device, as a tool that others find by its name, {@code
 * cuda-tune}.
 *
 * <p>Times are of the host's clock, from the first launch of many until the device has done all of
 * them: a layer that runs eagerly also pays for its launches. The emulator has no such clock: there
 * every product runs once, and no table is written.
 */
public final class TuneTool implements ToolProvider {
  private static final Device DEVICE = new Device("cuda", 0);
  private static final String NO_CLOCK =
      "the emulator's clock is the processor's and says nothing of a device; run it where a GPU is";

  /** For {@link java.util.ServiceLoader}. */
  public TuneTool() {}

  @Override
  public String name() {
    return "cuda-tune";
  }

  /** Exit codes: 0 done, 1 a choice loses or there is no device, 2 not understood. */
  @Override
  public int run(PrintWriter out, PrintWriter err, String... arguments) {
    try {
      TuneOptions options = TuneOptions.parse(List.of(arguments));
      return options.precision().get(() -> run(options, out));
    } catch (IllegalArgumentException e) {
      err.println(name() + ": " + e.getMessage());
      return 2;
    } catch (UnsupportedOperationException | UncheckedIOException e) {
      err.println(name() + ": " + e.getMessage());
      return 1;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static int run(TuneOptions options, PrintWriter out) {
    boolean emulated = BenchTool.isEmulated();
    if (emulated && (options.out() != null || options.check() != null)) {
      throw new IllegalArgumentException(
          "%s: %s".formatted(options.out() == null ? "--check" : "--out", NO_CLOCK));
    }
    var backend = (CudaBackend) Backends.of(DEVICE);
    out.printf("%s, products in %s%n", backend.name(), options.precision());
    List<Case> layers = emulated ? CrossoverCases.tiny() : CrossoverCases.ofDevices();
    layers = layers.subList(0, Math.min(options.cases(), layers.size()));
    if (emulated) {
      rehearse(layers, out);
      return 0;
    }
    var tuning = new CrossoverTuning(Settings.STANDARD, DEVICE, layers, out);
    if (options.check() != null) {
      return tuning.check(table(options.check(), backend)) == 0 ? 0 : 1;
    }
    String device = backend.context().properties().name();
    Path file =
        options.out() == null
            ? CrossoverTables.tunedFile(device, options.precision())
            : options.out();
    tuning.measure(notes(options, device), file);
    return 0;
  }

  private static void rehearse(List<Case> layers, PrintWriter out) {
    new CrossoverProbe(
            Settings.SMOKE,
            DEVICE,
            one -> out.println(one.name() + "  dense and " + one.kernel().label() + " ran"))
        .measure(layers);
    out.println("no table is written: " + NO_CLOCK);
  }

  private static Crossover table(String file, CudaBackend backend) {
    try {
      return file.isEmpty() ? backend.crossover() : Crossover.parse(Path.of(file));
    } catch (IOException e) {
      throw new IllegalArgumentException("--check: %s cannot be read (%s)".formatted(file, e), e);
    }
  }

  private static List<String> notes(TuneOptions options, String device) {
    return List.of(
        "espalier gpu tune, %s, commit %s"
            .formatted(
                LocalDate.now(ZoneOffset.UTC), System.getProperty("espalier.commit", "unknown")),
        "%s, products in %s, Java %s".formatted(device, options.precision(), Runtime.version()));
  }
}
