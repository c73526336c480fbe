package dev.espalier.cuda.bench;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.spi.ToolProvider;

/** The benchmark as a tool that others find by its name, {@code cuda-bench}. */
public final class BenchTool implements ToolProvider {
  private static final Device DEVICE = new Device("cuda", 0);

  /** For {@link java.util.ServiceLoader}. */
  public BenchTool() {}

  @Override
  public String name() {
    return "cuda-bench";
  }

  /** Exit codes: 0 done, 1 something failed or there is no device, 2 not understood. */
  @Override
  public int run(PrintWriter out, PrintWriter err, String... arguments) {
    Options options;
    try {
      options = Options.parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      err.println(name() + ": " + e.getMessage());
      return 2;
    }
    boolean emulated = isEmulated();
    try {
      if (options.list()) {
        options.chosen(CaseList.of(Bench.effort(options, emulated))).forEach(out::println);
        return 0;
      }
      var backend = (CudaBackend) Backends.of(DEVICE);
      return new Bench(backend, options, emulated, out).run() == 0 ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.println(name() + ": " + e.getMessage());
      return 2;
    } catch (UnsupportedOperationException | IOException e) {
      err.println(name() + ": " + e.getMessage());
      return 1;
    } finally {
      out.flush();
      err.flush();
    }
  }

  /** Times of the emulator are the host's, which say nothing of a device. */
  static boolean isEmulated() {
    return !System.getProperty("espalier.cuda.emulator", "false").equals("false");
  }
}
