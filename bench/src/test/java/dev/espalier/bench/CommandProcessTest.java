package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bench.report.ResultStore;
import dev.espalier.nn.train.Checkpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only shows when a command runs in a process of its own. */
final class CommandProcessTest {
  /** Much longer than ending takes, and much shorter than the wait for a stuck training. */
  private static final int SECONDS = 50;

  @TempDir private Path folder;

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Collections.addAll(command, "--add-modules", "jdk.incubator.vector", "-Xmx512m");
    Collections.addAll(command, "-p", System.getProperty("jdk.module.path"));
    Collections.addAll(command, "-m", "dev.espalier.bench/" + Main.class.getName());
    Collections.addAll(command, arguments);
    Collections.addAll(command, "--train-images", "100", "--out", folder.toString());
    return new ProcessBuilder(command).redirectError(folder.resolve("error").toFile()).start();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which ends processes without asking them
  void stoppedTrainingLeavesACheckpointAndEndsItsProcess() throws Exception {
    Process process = start("train", "--epochs", "1000000");
    String last = "";
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).as(this::error).startsWith("epoch 1 of 1000000");
      process.toHandle().destroy(); // unlike Process.destroy leaves the output open
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        last = line;
      }
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    try (Checkpoint checkpoint = Checkpoint.read(folder.resolve("checkpoint.safetensors"))) {
      assertThat(last)
          .isEqualTo("stopped at step " + checkpoint.step() + "; continue with --resume");
    }
  }

  @Test
  void failedTrainingEndsItsProcess() throws Exception {
    assertThat(failure("train", "--epochs", "5", "--lr", "1e30"))
        .contains("espalier train: training: the loss is ");
  }

  @Test
  void secondStudyInAFolderIsRefusedWhileTheFirstRuns() throws Exception {
    try (ResultStore running = ResultStore.open(folder.resolve("results.jsonl"))) {
      assertThat(failure("study", "--method", "random", "--ratios", "2"))
          .contains("results.jsonl is being written to by another process");
      assertThat(running.trials()).isEmpty();
    }
    assertThat(folder.resolve("results.jsonl")).isEmptyFile();
  }

  /** As a crash does: without any warning, between or inside trials. */
  @Test
  void killedStudyGoesOnWithoutRepeatingWhatIsFinished() throws Exception {
    String[] study = {
      "study",
      "--method",
      "layer-magnitude,random",
      "--ratios",
      "2,4,8",
      "--epochs",
      "1",
      "--finetune-epochs",
      "1",
      "--latency-batch",
      "2",
      "--trials",
      "2"
    };
    Path results = folder.resolve("results.jsonl");
    Process process = start(study);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      String line = out.readLine();
      while (line != null && !line.startsWith("[2 of 6")) {
        line = out.readLine();
      }
      assertThat(line).as(this::error).isNotNull();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    String before = Files.readString(results);
    String whole = before.substring(0, before.lastIndexOf('\n') + 1);
    long finished = whole.lines().count();
    assertThat(finished).isBetween(2L, 5L);
    Process again = start(study);
    String text = new String(again.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(again.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(again.exitValue()).as(this::error).isZero();
    assertThat(Files.readString(results)).startsWith(whole);
    assertThat(Files.readAllLines(results)).hasSize(6);
    assertThat(text.lines().filter(line -> line.matches("\\[\\d of 6.*")))
        .as("trials of the second run")
        .hasSize((int) (6 - finished));
  }

  /** Standard error of a command that must fail, and end with that. */
  private String failure(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    try {
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("ends").isTrue();
      assertThat(process.exitValue()).as(this::error).isEqualTo(1);
      return error();
    } finally {
      process.destroyForcibly();
    }
  }

  private String error() {
    try {
      return Files.readString(folder.resolve("error"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
