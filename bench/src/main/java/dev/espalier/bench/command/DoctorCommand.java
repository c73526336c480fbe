package dev.espalier.bench.command;

import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import dev.espalier.bench.machine.SpeedProbe;
import dev.espalier.bench.machine.VectorModule;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.spi.BackendProvider;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.ServiceLoader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what this machine offers and what runs on it. */
@Command(
    name = "doctor",
    description = "Shows what this machine offers and what will run on it.",
    footerHeading = "%nExample:%n",
    footer = {
      "  espalier doctor",
      "  espalier doctor --speed     how close the matrix product comes to the machine's peak"
    })
public final class DoctorCommand implements Runnable {
  @Option(
      names = "--speed",
      description =
          "Also measure the matrix product against the machine's multiply-add rate, on one thread;"
              + " takes some seconds.")
  private boolean speed;

  @Spec private CommandSpec spec;

  private DoctorCommand() {}

  @Override
  public void run() {
    Machine machine = Machine.detect();
    report("espalier", "%s, commit %s".formatted(Build.version(), Build.commit()));
    report("java", machine.jdk());
    report("system", machine.os());
    report("processor", "%s, %d cores".formatted(machine.cpu(), machine.cores()));
    report(
        "memory",
        "%s; up to %s heap and %s for tensors"
            .formatted(
                gibibytes(machine.memoryBytes()),
                gibibytes(machine.heapBytes()),
                gibibytes(Math.min(machine.directBytes(), Memory.limit()))));
    report("vectors", vectors());
    report("cpu", Backends.of(Device.CPU).name() + " backend");
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      report("devices", provider.status());
    }
    if (speed) {
      for (SpeedProbe.Rate rate : SpeedProbe.run(384, 768, 1536)) {
        report(
            "sgemm",
            "%d: %.1f GFLOP/s, %.1f %% of the peak of %.1f"
                .formatted(
                    rate.size(),
                    rate.gigaflops(),
                    100 * rate.gigaflops() / rate.peak(),
                    rate.peak()));
      }
    }
  }

  private void report(String what, String finding) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-10s %s%n", what, finding);
    out.flush();
  }

  private static String vectors() {
    var bits = VectorModule.preferredBits();
    return bits.isPresent()
        ? "jdk.incubator.vector present, %d bits (%d floats)"
            .formatted(bits.getAsInt(), bits.getAsInt() / Float.SIZE)
        : "jdk.incubator.vector absent; start Java with --add-modules jdk.incubator.vector";
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }
}
