package dev.espalier.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.sparse.CsrPattern;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SmtxFileTest {
  private static final String SMALL = "3, 4, 4\n0 2 2 4 \n1 3 0 2\n";

  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("a.smtx"), text);
  }

  @Test
  void readsTheThreeLines() throws IOException {
    CsrPattern pattern = SmtxFile.read(file(SMALL)).pattern();
    assertThat(pattern.rows()).isEqualTo(3);
    assertThat(pattern.columns()).isEqualTo(4);
    assertThat(pattern.rowOffsets()).containsExactly(0, 2, 2, 4);
    assertThat(pattern.columnIndices()).containsExactly(1, 3, 0, 2);
    assertThat(SmtxFile.read(file(SMALL)).mask().positions()).containsExactly(1, 3, 8, 10);
  }

  @Test
  void readsGzippedFilesAndOtherLineEnds() throws IOException {
    Path zipped = folder.resolve("a.smtx.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(SMALL.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }
    assertThat(SmtxFile.read(zipped).pattern()).isEqualTo(SmtxFile.read(file(SMALL)).pattern());
  }

  @Test
  void headerTellsTheSparsity() throws IOException {
    assertThat(SmtxFile.header(file(SMALL)).sparsity()).isEqualTo(1 - 4 / 12.0);
  }

  @Test
  void emptyMatrixIsOne() throws IOException {
    assertThat(SmtxFile.read(file("2,2,0\n0 0 0\n\n")).pattern().nnz()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; end of the file",
        "3 4 4; expected ','",
        "-1, 4, 4; expected a rows",
        "99999999, 4, 4; rows above",
        "1000000, 1000000, 4; do not fit",
        "2, 2, 5; do not fit",
        "3, 4, 4 7; end after the sizes",
        "3, 4, 4|0 2; expected a row offset",
        "3, 4, 4|1 2 2 4|1 3 0 2; out of order",
        "3, 4, 4|0 3 2 4|1 3 0 2; out of order",
        "3, 4, 4|0 2 2 3|1 3 0; last row offset",
        "3, 4, 4|0 2 2 9|1 3 0 2; row offset above 4",
        "3, 4, 4|0 2 2 4|1 4 0 2; column index above 3",
        "3, 4, 4|0 2 2 4|3 1 0 2; do not ascend",
        "3, 4, 4|0 2 2 4|1 1 0 2; do not ascend",
        "3, 4, 4|0 2 2 4|1 3 0; expected a column index",
        "3, 4, 4|0 2 2 4|1 3 0 2 1; end after 4 column indices",
        "3, 4, 4|0 2 2 4|1 3 0 99999999999999999999; column index above 3"
      })
  void damagedFilesAreRefusedWithTheirName(String text, String reason) throws IOException {
    Path damaged = file(text.replace('|', '\n'));
    assertThatThrownBy(() -> SmtxFile.read(damaged))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(damaged.toString())
        .hasMessageContaining(reason);
  }
}
