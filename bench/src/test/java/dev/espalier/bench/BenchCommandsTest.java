package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measuring commands, as far as nothing is measured. */
final class BenchCommandsTest {
  private static final String ROW =
      """
      {"model":"lenet-5","batch":1,"sparsity":0.9,"format":"csr","ours_ms":2.0,\
      "peer":"onnxruntime","peer_ms":5.0,"ratio":2.5,"threads":1,"error":0.01,"alloc_bytes":0.0,\
      "peer_kernel":"","machine":"m","jdk":"j","commit":"c"}
      """;

  @TempDir private Path folder;

  @Test
  void listNamesTheCasesThatTheFilterKeeps() {
    var run = CommandRun.of("bench", "kernels", "--quick", "--list", "--filter", "^gemm dw");
    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).isNotEmpty().allMatch(line -> line.startsWith("gemm dw dense "));
  }

  @Test
  void modelsAreListedToo() {
    var run = CommandRun.of("bench", "models", "--list", "--filter", "lenet-5@1 0.9$");
    assertThat(run.out()).isEqualTo(String.format("model forward csr lenet-5@1 0.9%n"));
  }

  @Test
  void optionsThatMeanNothingAreRefused() {
    refused("--threads: must be at least 1 but is 0", "--list", "--threads", "0");
    refused("--filter: no case's name has 'nowhere' in it", "--list", "--filter", "nowhere");
    refused("is not a folder", "--list", "--dlmc", folder.resolve("absent"));
  }

  private static void refused(String message, Object... options) {
    Object[] words = new Object[options.length + 2];
    words[0] = "bench";
    words[1] = "kernels";
    System.arraycopy(options, 0, words, 2, options.length);
    var run = CommandRun.of(words);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void reportIsWrittenFromRows() throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), ROW);
    Path page = folder.resolve("RESULTS.md");
    var run = CommandRun.of("bench", "report", rows, "--out", page);
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out()).contains("0 kernel rows, 1 model rows");
    assertThat(page).content().contains("| lenet-5 | 1 | 90 % | csr | 1 | 2.0000 | onnxruntime |");
  }

  @Test
  void reportOfDamagedRowsIsRefusedAndWritesNothing() throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), "nonsense\n" + ROW);
    Path page = folder.resolve("RESULTS.md");
    var run = CommandRun.of("bench", "report", rows, "--out", page);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("rows.jsonl, line 1: ");
    assertThat(page).doesNotExist();
  }
}
