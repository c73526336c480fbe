package dev.espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowFileTest {
  @TempDir private Path folder;

  private Path write(Row... rows) throws IOException {
    Path file = folder.resolve("rows.jsonl");
    try (RowFile out = new RowFile(file)) {
      for (Row row : rows) {
        out.append(row);
      }
    }
    return file;
  }

  @Test
  void rowsAreAppendedAndTheLaterOfTwoCounts() throws IOException {
    write(Rows.kernel("csr", 0.9, 4.0), Rows.model(0.9, 2.0));
    Path file = write(Rows.kernel("csr", 0.9, 5.0), Rows.kernel("csr", 0.8, 2.0));
    Results results = Results.read(List.of(file));
    assertThat(results.kernels())
        .extracting(KernelRow::sparsity, KernelRow::ratio)
        .containsExactly(tuple(0.9, 5.0), tuple(0.8, 2.0));
    assertThat(results.models()).hasSize(1);
    assertThat(results.warnings()).isEmpty();
  }

  @Test
  void aLastLineThatWasCutShortIsLeftAsideAndDoesNotSpoilTheNext() throws IOException {
    Path file = write(Rows.kernel("csr", 0.9, 4.0), Rows.kernel("csr", 0.8, 4.0));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 30));
    Results cut = Results.read(List.of(file));
    assertThat(cut.kernels()).extracting(KernelRow::sparsity).containsExactly(0.9);
    assertThat(cut.warnings()).singleElement().asString().contains("line 2");
    write(Rows.kernel("csr", 0.7, 4.0));
    assertThat(Files.readAllLines(file)).hasSize(3).last().asString().contains("\"sparsity\":0.7");
  }

  @Test
  void aDamagedLineInsideIsRefusedWithItsNumber() throws IOException {
    Path file = write(Rows.kernel("csr", 0.9, 4.0));
    Files.writeString(file, "{}\n" + Files.readString(file));
    assertThatThrownBy(() -> Results.read(List.of(file)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ", line 1: ");
  }
}
