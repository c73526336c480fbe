package dev.espalier.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TunedTableTest {
  private static final String TABLE =
      "espalier-crossover 1\nlinear inference element 1 0 csr 0.3\n";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("crossover.txt");
  }

  @Test
  void liesInTheUsersCacheDirectoryOncePerNumberOfThreads() {
    assertThat(TunedTable.file(2)).endsWithRaw(Path.of("espalier", "crossover-2.txt")).isAbsolute();
  }

  @Test
  void measuredTableIsUsed() throws IOException {
    Files.writeString(file, TABLE);
    assertThat(TunedTable.load(file).rules())
        .singleElement()
        .satisfies(rule -> assertThat(rule.maxDensity()).isEqualTo(0.3));
  }

  @Test
  void withoutAFileTheLibrarysTableIsUsed() {
    assertThat(TunedTable.load(file)).isSameAs(Crossover.standard());
  }

  @Test
  void brokenTableIsLeftAside() throws IOException {
    Files.writeString(file, TABLE.replace("csr", "coo"));
    assertThat(TunedTable.load(file)).isSameAs(Crossover.standard());
    assertThat(file).as("kept for its owner to see").exists();
  }

  @Test
  void tableOfAnotherVersionIsLeftAside() throws IOException {
    Files.writeString(file, TABLE.replace("crossover 1", "crossover 2"));
    assertThat(TunedTable.load(file)).isSameAs(Crossover.standard());
  }

  @Test
  void bytesThatAreNoTextAreLeftAside() throws IOException {
    Files.write(file, new byte[] {(byte) 0xff, 0, (byte) 0xfe});
    assertThat(TunedTable.load(file)).isSameAs(Crossover.standard());
  }

  @Test
  void folderInItsPlaceIsLeftAside() throws IOException {
    Files.createDirectory(file);
    assertThat(TunedTable.load(file)).isSameAs(Crossover.standard());
  }
}
