package dev.espalier.cuda.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.context.CrossoverTables;
import dev.espalier.cuda.context.Precision;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.ops.CrossoverCases;
import dev.espalier.tensor.ops.CrossoverProbe.Settings;
import dev.espalier.tensor.ops.CrossoverTuning;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measuring the table of a device, in its smallest form. */
final class TuneToolTest {
  private static final Device DEVICE = new Device("cuda", 0);

  @TempDir private Path folder;

  private final StringWriter text = new StringWriter();
  private final PrintWriter writer = new PrintWriter(text, true);

  private int run(String... arguments) {
    return new TuneTool().run(writer, writer, arguments);
  }

  @Test
  void theEmulatorRunsEveryProductAndWritesNoTable() {
    assumeTrue(BenchTool.isEmulated(), "for minutes on a device");
    assertThat(run("--precision", "tf32")).as(text::toString).isZero();
    assertThat(text.toString())
        .startsWith("cuda on emulated A100, products in TF32")
        .contains("dense and csr ran", "dense and bsr ran", "dense and nm ran", "grad-weight")
        .doesNotContain(" us ")
        .contains("no table is written: the emulator's clock is the processor's");
    assertThat(CrossoverTables.tunedFile("emulated A100", Precision.TF32)).doesNotExist();
  }

  @Test
  void tablesOfTheEmulatorsClockAreRefused() {
    assumeTrue(BenchTool.isEmulated(), "for minutes on a device");
    Path file = folder.resolve("crossover.txt");
    assertThat(run("--out", file.toString())).isEqualTo(2);
    assertThat(run("--check")).isEqualTo(2);
    assertThat(file).doesNotExist();
    assertThat(text.toString())
        .contains("cuda-tune: --out: the emulator's clock", "--check: ", "run it where a GPU is");
  }

  /** All that the tool does on a GPU, with layers and samples that prove nothing about times. */
  @Test
  void whatIsMeasuredOnADeviceIsWrittenAndUsedFromThenOn() throws IOException {
    Path file = folder.resolve("new").resolve("crossover.txt");
    var settings = new Settings(List.of(0.25, 0.5), 0, 1, 1, 1e-9);
    var tuning = new CrossoverTuning(settings, DEVICE, CrossoverCases.tiny(), writer);
    tuning.measure(List.of("a device"), file);
    Crossover table = Crossover.parse(file);
    assertThat(file).content().startsWith("# a device\n");
    assertThat(table.rules())
        .hasSize(18)
        .allMatch(rule -> rule.maxDensity() == 0.5)
        .extracting(Crossover.Rule::kernel)
        .contains(Crossover.Kernel.CSR, Crossover.Kernel.BSR, Crossover.Kernel.NM);
    assertThat(text.toString()).endsWith("18 rules written to " + file + "\n");
    assertThat(CrossoverTables.of(file.toString(), "any").current().digest())
        .isEqualTo(table.digest());
  }

  @Test
  void argumentsThatMeanNothingAreRefused() {
    assertThat(run("--precision", "f8")).isEqualTo(2);
    assertThat(run("--cases", "0")).isEqualTo(2);
    assertThat(run("--out", "x", "--check")).isEqualTo(2);
    assertThat(run("--out")).isEqualTo(2);
    assertThat(run("--fast")).isEqualTo(2);
    assertThat(text.toString())
        .contains("--precision: takes [float32, tf32, bf16, f16], not 'f8'")
        .contains("must be at least 1 but is '0'", "--check writes no table")
        .contains("--out: a value is missing", "'--fast' is not known; it takes --out FILE");
  }
}
