package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrialJsonTest {

  private static final TrialResult TRIAL = Trials.trial("magnitude", 4, 2, 0.91);
  private static final String LINE = TrialJson.write(TRIAL);

  @Test
  void keysAreThoseOfTheFileFormatInItsOrder() {
    JsonNode node = JsonMapper.shared().readTree(LINE);
    assertThat(node.propertyNames())
        .containsExactly(
            "model data method structure scorer scope schedule finetune ratio seed top1 top5"
                .concat(" top1_dense top5_dense params nonzero flops flops_dense bytes")
                .concat(" bytes_dense latency_ms latency_dense_ms batch top1_before_finetune")
                .concat(" top5_before_finetune")
                .concat(
                    " epochs train_seconds train_macs train_macs_dense layers rounds mask_digest"
                        + " provenance")
                .split(" "));
    assertThat(node.get("layers").get(0).propertyNames())
        .containsExactly("name", "shape", "params", "nonzero", "flops");
    assertThat(node.get("provenance").propertyNames())
        .containsExactly(
            "data_digest",
            "settings",
            "seeds",
            "jdk",
            "os",
            "cpu",
            "cores",
            "threads",
            "provider",
            "commit",
            "version",
            "crossover_digest",
            "started",
            "finished");
  }

  @Test
  void figuresStandUnderTheirKeys() {
    JsonNode node = JsonMapper.shared().readTree(LINE);
    assertThat(node.get("top1").asDouble()).isEqualTo(0.91);
    assertThat(node.get("top1_dense").asDouble()).isEqualTo(0.92);
    assertThat(node.get("params").asLong()).isEqualTo(800);
    assertThat(node.get("nonzero").asLong()).isEqualTo(200);
    assertThat(node.get("flops").asLong()).isEqualTo(400);
    assertThat(node.get("flops_dense").asLong()).isEqualTo(1600);
    assertThat(node.get("bytes").asLong()).isEqualTo(1200);
    assertThat(node.get("bytes_dense").asLong()).isEqualTo(3200);
    assertThat(node.get("latency_ms").asDouble()).isEqualTo(0.25);
    assertThat(node.get("latency_dense_ms").asDouble()).isEqualTo(2);
    assertThat(node.get("provenance").get("started").asString()).isEqualTo("2026-01-02T03:04:05Z");
  }

  @Test
  void readingGivesBackWhatWasWritten() {
    assertThat(TrialJson.read(LINE)).isEqualTo(TRIAL);
  }

  @Test
  void resultsOfOldVersionsLackTop5BeforeFineTuning() {
    String old = LINE.replaceFirst("\"top5_before_finetune\":[0-9.]+,", "");
    assertThat(old).isNotEqualTo(LINE);
    assertThat(TrialJson.read(old).top5BeforeFinetune()).isEmpty();
  }

  @Test
  void resultsOfOldVersionsLackRounds() {
    String old = LINE.replace("\"rounds\":[],", "");
    assertThat(old).isNotEqualTo(LINE);
    assertThat(TrialJson.read(old)).isEqualTo(TRIAL);
  }

  @Test
  void resultsOfOldVersionsLackTheCostOfTraining() {
    String old = LINE.replaceFirst("\"train_macs\":\\d+,\"train_macs_dense\":\\d+,", "");
    assertThat(old).isNotEqualTo(LINE);
    assertThat(TrialJson.read(old).trainMacs()).isEmpty();
    assertThat(TrialJson.read(old).trainingShare()).isEmpty();
    assertThat(TRIAL.trainingShare()).hasValue(9 * 200 / 2400.0);
  }

  @Test
  void roundsStandUnderTheirKeys() {
    TrialResult trial = Trials.withRounds(TRIAL, 2, 4);
    String line = TrialJson.write(trial);
    JsonNode round = JsonMapper.shared().readTree(line).get("rounds").get(1);
    assertThat(round.propertyNames())
        .containsExactly(
            "round", "density", "ratio", "flops", "top1_before_finetune", "top1", "epochs");
    assertThat(round.get("round").asInt()).isEqualTo(2);
    assertThat(round.get("density").asDouble()).isEqualTo(0.25);
    assertThat(round.get("flops").asLong()).isEqualTo(400);
    assertThat(TrialJson.read(line)).isEqualTo(trial);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"round\":2 | \"round\":3 | round is 3, must be from 2 to 2",
        "\"density\":0.25 | \"density\":0.3 | ratio is 4.0, must be the inverse of density, 0.3",
        "\"epochs\":1} | \"epochs\":1.5} | epochs",
        "\"epochs\":1} | \"epoch\":1} | unknown key \"rounds.epoch\"",
      })
  void invalidRoundsAreRefusedByName(String valid, String invalid, String message) {
    String line = TrialJson.write(Trials.withRounds(TRIAL, 2, 4));
    String wrong = line.replace(valid, invalid);
    assertThat(wrong).isNotEqualTo(line);
    assertThatThrownBy(() -> TrialJson.read(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void missingAccuracyBeforeFineTuningIsNull() {
    TrialResult gradual =
        new TrialResult(
            TRIAL.key(),
            TRIAL.composition(),
            TRIAL.pruned(),
            TRIAL.dense(),
            TRIAL.batch(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            TRIAL.epochs(),
            TRIAL.trainSeconds(),
            TRIAL.trainMacs(),
            TRIAL.trainMacsDense(),
            List.of(),
            List.of(),
            TRIAL.maskDigest(),
            TRIAL.provenance());
    String line = TrialJson.write(gradual);
    assertThat(line).contains("\"top1_before_finetune\":null", "\"top5_before_finetune\":null");
    assertThat(TrialJson.read(line)).isEqualTo(gradual);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"top1\":0.91 | \"top1\":\"NaN\" | top1",
        "\"top1\":0.91 | \"top1\":NaN | NaN",
        "\"top1\":0.91 | \"top1\":91.0 | top1 is 91.0, must be a fraction from 0 to 1",
        "\"latency_ms\":0.25 | \"latency_ms\":1e999 | latency_ms is Infinity",
        "\"ratio\":4.0 | \"ratio\":0.5 | ratio is 0.5, must be at least 1",
        "\"nonzero\":200,\"flops\":400,\"flops_dense | \"nonzero\":801,\"flops\":400,\"flops_dense"
            + " | nonzero is 801, must be from 1 to 800",
        "\"nonzero\":200,\"flops\":400} | \"nonzero\":801,\"flops\":400} | layers.0: nonzero is"
            + " 801, must be from 0 to 800",
        "\"batch\":128 | \"batch\":1.5 | batch",
        "\"model\":\"net\" | \"model\":\" \" | model is blank",
        "\"model\":\"net\" | \"model\":null | model is missing",
        "\"model\":\"net\", | `` | missing key \"model\"",
        "\"seed\":2, | \"seed\":2,\"seed\":2, | seed",
        "\"shape\":[40,20] | \"shape\":[40,-20] | shape is -20",
        "\"seeds\":[1,2] | \"seeds\":[] | number of seeds",
        "\"data_digest\":\"sha256:aa\", | `` | missing key \"provenance.data_digest\"",
        "\"batch\":128 | \"batch\":128,\"top_1\":1 | unknown key \"top_1\"",
        "\"jdk\": | \"jvm\": | unknown key \"provenance.jvm\"",
      })
  void invalidValuesAreRefusedByName(String valid, String invalid, String message) {
    String line = LINE.replace(valid, invalid);
    assertThat(line).isNotEqualTo(LINE);
    assertThatThrownBy(() -> TrialJson.read(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"null", "[]", "{}", "''", "7"})
  void otherJsonIsRefused(String line) {
    assertThatThrownBy(() -> TrialJson.read(line)).isInstanceOf(IllegalArgumentException.class);
  }
}
