package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of a study file, as a user meets them. */
final class StudyAcceptTest {
  private static final String STUDY =
      """
      models: [lenet-300-100]
      data: [synthetic-digits]
      train_images: 100
      test_images: 100
      recipe: {epochs: 1, finetune_epochs: 1}
      methods:
        - {name: by-layer, densities: {fc1: 0.08, fc2: 0.09, fc3: 0.26}}
      ratios: [12.02]
      seeds: [1]
      latency_batch: 2
      latency_seconds: 0.01
      accept:
        - {what: small, method: by-layer, ratio: 12.02, compression_at_least: 12}
        - {what: right, method: dense, error_at_most: 100}
      """;

  @TempDir private Path folder;

  private CommandRun run(String text, Object... options) throws IOException {
    Path file = folder.resolve("s.yaml");
    Files.writeString(file, text);
    Object[] arguments = new Object[options.length + 4];
    arguments[0] = "study";
    arguments[1] = file;
    arguments[2] = "--out";
    arguments[3] = folder.resolve("out");
    System.arraycopy(options, 0, arguments, 4, options.length);
    return CommandRun.of(arguments);
  }

  @Test
  void limitsAreToldAfterTheRunAndOfAFinishedOneToo() throws IOException {
    CommandRun met = run(STUDY, "--strict");
    assertThat(met.code()).as(met::err).isZero();
    assertThat(met.out())
        .contains("small  by-layer at 12.02: smaller at least 12x  12.017x", "2 of 2 limits met")
        .contains("wrote " + folder.resolve("out/acceptance.json"));
    String higher = STUDY.replace("compression_at_least: 12}", "compression_at_least: 13}");
    CommandRun missed = run(higher);
    assertThat(missed.code()).as(missed::err).isZero();
    assertThat(missed.out()).containsPattern("12\\.017x +NOT met").contains("1 of 2 limits met");
    assertThat(Files.readAllLines(folder.resolve("out/results.jsonl"))).hasSize(1);
    assertThat(Files.readString(folder.resolve("out/acceptance.json")))
        .containsPattern("\"met\" *: *false")
        .containsPattern("\"limit\" *: *\"compression_at_least\"");
    assertThat(run(higher, "--strict").code()).isEqualTo(1);
  }

  @Test
  void strictNeedsLimits() throws IOException {
    CommandRun run = run(STUDY.substring(0, STUDY.indexOf("accept:")), "--strict");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--strict: the study sets no limits; list them under 'accept'");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void limitThatNothingCanAnswerIsRefusedBeforeAnythingIsWritten() throws IOException {
    CommandRun run =
        run(STUDY.replace("method: by-layer, ratio: 12.02", "method: bylayer, ratio: 2"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("s.yaml: accept[0]: method 'bylayer' is unknown; did you mean 'by-layer'?");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
