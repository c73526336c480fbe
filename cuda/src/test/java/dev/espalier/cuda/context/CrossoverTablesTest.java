package dev.espalier.cuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.CudaProvider;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Granularity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which table chooses on a device. */
final class CrossoverTablesTest {
  private static final String TABLE = "espalier-crossover 1\nlinear forward element 1 0 csr 0.3\n";
  private static final String NOBODY = "a device that nobody tuned";

  @TempDir private Path folder;

  @AfterEach
  void askForNoFile() {
    System.clearProperty(CrossoverTables.PROPERTY);
  }

  private static Kernel kernel(Crossover table, Granularity granularity, double density) {
    return table
        .decide(Family.LINEAR, Direction.FORWARD, granularity, 128, 2048 * 2048, density)
        .kernel();
  }

  /** Below Sputnik's break-even of 71 % sparsity with a margin, and blocks earlier. */
  @Test
  void float32FollowsPublishedBreakEvens() {
    Crossover table = CrossoverTables.library().current();
    assertThat(kernel(table, new Granularity.Element(), 0.2)).isEqualTo(Kernel.CSR);
    assertThat(kernel(table, new Granularity.Element(), 0.29)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(table, new Granularity.Block(32, 32), 0.3)).isEqualTo(Kernel.BSR);
    assertThat(kernel(table, new Granularity.Block(32, 32), 0.4)).isEqualTo(Kernel.DENSE);
    assertThat(table.digest()).isNotEqualTo(Crossover.standard().digest());
  }

  /** Dense products take tensor cores then, which single elements do not. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
  void tensorCoresHaveATableOfTheirOwn(Precision precision) {
    Crossover table = precision.get(() -> CrossoverTables.library().current());
    assertThat(kernel(table, new Granularity.Element(), 0.05)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(table, new Granularity.Element(), 0.04)).isEqualTo(Kernel.CSR);
    assertThat(kernel(table, new Granularity.Block(16, 16), 0.2)).isEqualTo(Kernel.BSR);
  }

  @Test
  void aFileServesEveryPrecision() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.txt"), TABLE);
    CrossoverTables tables = CrossoverTables.of(file.toString(), NOBODY);
    for (Precision precision : Precision.values()) {
      assertThat(precision.get(tables::current).digest())
          .isEqualTo(Crossover.parse(TABLE, "mine").digest());
    }
  }

  @Test
  void withoutAMeasuredTableTheLibrarysServes() {
    assertThat(CrossoverTables.of("tuned", NOBODY).current().digest())
        .isEqualTo(CrossoverTables.of("library", NOBODY).current().digest());
    assertThat(CrossoverTables.tunedFile("NVIDIA H200", Precision.BF16))
        .endsWithRaw(Path.of("espalier", "crossover-nvidia-h200-bf16.txt"));
  }

  @Test
  void malformedFilesAreRefusedWithTheirLineWhenTheDeviceIsFirstUsed() throws IOException {
    Path file =
        Files.writeString(folder.resolve("bad.txt"), TABLE + "linear forward element 2 0 coo 1\n");
    System.setProperty(CrossoverTables.PROPERTY, file.toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CudaProvider().backend(new Device("cuda", 0)))
        .withMessageContainingAll("bad.txt line 3", "'coo' is none of [dense, csr, bsr, nm]");
  }

  @Test
  void missingFilesAreRefusedWithWhatIsTaken() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossoverTables.of(folder.resolve("none.txt").toString(), NOBODY))
        .withMessageContainingAll("-Despalier.cuda.crossover=", "none.txt", "tuned or library");
  }
}
