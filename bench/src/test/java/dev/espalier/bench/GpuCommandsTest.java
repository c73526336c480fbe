package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The GPU's commands on the emulator, in their smallest form. */
final class GpuCommandsTest {
  @TempDir private Path folder;

  @BeforeAll
  static void emulateTheDevice() {
    System.setProperty("espalier.cuda.emulator", "true");
  }

  @Test
  void benchChecksACaseAndShowsNoTime() throws IOException {
    var run = CommandRun.of("gpu", "bench", "--out", folder, "--seed", 1, "--filter", "^gemm dx");
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out()).contains("right, ", "1 cases, 0 failed, 0 not begun");
    List<String> rows = Files.readAllLines(folder.resolve("bench.jsonl"));
    assertThat(rows).hasSize(3).noneMatch(row -> row.contains("\"us\""));
    assertThat(rows.getFirst()).contains("none: emulator");
  }

  @Test
  void trainingComparesItsFirstLossesWithTheProcessors() throws IOException {
    var run = CommandRun.of("gpu", "train", "--out", folder, "--steps", 2, "--batch", 1);
    assertThat(run.code()).as(() -> run.err() + run.out()).isZero();
    assertThat(run.out()).contains("lenet-5 0 % batch 1: loss ", "lenet-5 90 % batch 1: loss ");
    assertThat(Files.readAllLines(folder.resolve("train.jsonl")))
        .hasSize(2)
        .allMatch(row -> row.contains("\"emulated\":true") && !row.contains("step_ms"));
  }

  @Test
  void tuningRunsEveryProductAndWritesNoTable() {
    var run = CommandRun.of("gpu", "tune", "--cases", 2, "--precision", "bf16");
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out()).contains("products in BF16", "dense and bsr ran", "no table is written");
    assertThat(CommandRun.of("gpu", "tune", "--check").err()).contains("run it where a GPU is");
  }

  @Test
  void whatMeansNothingIsRefused() {
    assertThat(CommandRun.of("gpu").err()).contains("A command is missing.");
    assertThat(CommandRun.of("gpu", "train", "--model", "vgg").err())
        .contains("--model: takes [lenet-5, resnet-20], not 'vgg'");
    assertThat(CommandRun.of("gpu", "train", "--steps", 0).code()).isEqualTo(2);
    assertThat(CommandRun.of("gpu", "bench", "--filter", "nowhere").code()).isEqualTo(2);
    assertThat(CommandRun.of("gpu", "tune", "--precision", "f8").code()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "bench", "tune", "train"})
  void helpHasExamplesAndSaysNothingElse(String command) {
    var run = CommandRun.of("gpu", command, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Examples:", "espalier gpu " + command).doesNotContain("%n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void checkSaysWhereTheTestsAre() {
    var run = CommandRun.of("gpu", "check", "--out", folder);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("cuda-check is not here; start it with bench/espalier");
  }
}
