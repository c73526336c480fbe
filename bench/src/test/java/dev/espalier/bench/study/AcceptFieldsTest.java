package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.bench.report.Bound;
import dev.espalier.bench.report.Criterion;
import dev.espalier.bench.report.Criterion.Arm;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits in study files: how they are read, and which are refused before anything is loaded. */
final class AcceptFieldsTest {
  private static List<Criterion> read(String... limits) {
    String text =
        """
        models: [lenet-300-100, lenet-5]
        data: [mnist]
        methods: [random, gradual-magnitude, {name: ticket, scope: local, schedule: rate-20-20}]
        ratios: [4, 8]
        accept:
        """
            + String.join("", List.of(limits).stream().map(it -> "  - {" + it + "}\n").toList());
    return StudyFile.read(
            "s.yaml",
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
            StudyFile.Here.NOTHING)
        .accept();
  }

  private static Criterion criterion(Arm arm, Bound bound, double limit) {
    return new Criterion("", Optional.empty(), arm, false, bound, limit, Optional.empty());
  }

  @Test
  void everyLimitIsRead() {
    Arm arm = new Arm("random", 4);
    assertThat(
            read(
                "method: random, ratio: 4, error_at_most: 2.7",
                "method: random, ratio: 4, lost_at_most: 0.15",
                "method: dense, error_at_most: 1.7",
                "method: random, ratio: 4, speedup_at_least: 1.43",
                "method: random, ratio: 4, latency_at_most: 0.75",
                "method: random, ratio: 4, compression_at_least: 12"))
        .containsExactly(
            criterion(arm, Bound.ERROR, 2.7),
            criterion(arm, Bound.LOST, 0.15),
            criterion(Arm.DENSE, Bound.ERROR, 1.7),
            criterion(arm, Bound.SPEEDUP, 1.43),
            criterion(arm, Bound.LATENCY, 0.75),
            criterion(arm, Bound.COMPRESSION, 12));
  }

  @Test
  void comparisonsAreAtTheSameRatioUnlessOneIsGiven() {
    assertThat(
            read(
                "method: random, ratio: 4, better_than: ticket, by: 1.5",
                "method: random, ratio: 4, better_than: ticket, by: 1.5, than_ratio: 8",
                "method: random, ratio: 4, better_than: dense, by: -2",
                "method: dense, better_than: random, than_ratio: 8, by: 1"))
        .extracting(it -> it.than().orElseThrow())
        .containsExactly(
            new Arm("ticket", 4), new Arm("ticket", 8), Arm.DENSE, new Arm("random", 8));
  }

  @Test
  void whatIsSaidBesideIsRead() {
    assertThat(
            read(
                "what: table 1, method: random, ratio: 4, error_at_most: 9, before: true,"
                    + " pair: lenet-5/mnist"))
        .containsExactly(
            new Criterion(
                "table 1",
                Optional.of("lenet-5/mnist"),
                new Arm("random", 4),
                true,
                Bound.ERROR,
                9,
                Optional.empty()));
  }

  @Test
  void limitsOfLayersAreRead() {
    assertThat(read("method: random, ratio: 4, layer: fc1, kept_between: [0.02, 0.04]"))
        .containsExactly(
            new Criterion(
                "",
                Optional.empty(),
                new Arm("random", 4),
                false,
                Bound.KEPT,
                0.02,
                Optional.empty(),
                Optional.of(new Criterion.Layer("fc1", 0.04))));
  }

  @Test
  void ratiosOfRoundsAreNotKnownYet() {
    assertThat(read("method: ticket, ratio: 2.44, error_at_most: 9")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "method: randm, ratio: 4, error_at_most: 9 | method 'randm' is unknown; did you mean"
            + " 'random'?",
        "method: random, ratio: 4, better_than: tickt, by: 1 | method 'tickt' is unknown; did you"
            + " mean 'ticket'?",
        "method: random, ratio: 5, error_at_most: 9 | ratio 5 is unknown; the study runs 'random'"
            + " at 4, 8; the nearest is 4",
        "method: gradual-magnitude, ratio: 7, error_at_most: 9 | at 4, 8; the nearest is 8",
        "method: random, ratio: 4, better_than: random, than_ratio: 16, by: 0 | ratio 16 is"
            + " unknown",
        "method: ticket, ratio: 2.44, latency_at_most: 1 | ratio 2.44 is unknown; latency is"
            + " measured where trials end, at 4, 8",
        "method: random, ratio: 4, error_at_mots: 9 | key 'error_at_mots' is unknown; did you mean"
            + " 'error_at_most'?",
        "method: random, ratio: 4, error_at_most: 9, pair: lenet-5/mnits | pair 'lenet-5/mnits' is"
            + " unknown; did you mean 'lenet-5/mnist'?",
        "method: random, ratio: 4 | needs one limit, of error_at_most, lost_at_most, better_than,"
            + " speedup_at_least, latency_at_most, compression_at_least, kept_between, but has"
            + " none",
        "method: random, ratio: 4, error_at_most: 9, lost_at_most: 1 | but has error_at_most and"
            + " lost_at_most",
        "ratio: 4, error_at_most: 9 | the key 'method' is missing",
        "method: random, error_at_most: 9 | the key 'ratio' is missing",
        "method: random, ratio: 4, better_than: ticket | the key 'by' is missing",
        "method: random, ratio: 4, error_at_most: 9, by: 1 | by belongs to better_than, not to"
            + " error_at_most",
        "method: dense, better_than: random, by: 1 | the key 'than_ratio' is missing",
        "method: dense, ratio: 4, error_at_most: 9 | ratio: the dense network has none; leave it"
            + " out",
        "method: dense, lost_at_most: 9 | lost_at_most: compares with the dense network",
        "method: random, ratio: 4, error_at_most: low | error_at_most: must be a number",
        "method: gradual-magnitude, ratio: 4, error_at_most: 9, before: true | before: method"
            + " 'gradual-magnitude' does not prune a trained network",
        "method: random, ratio: 4, speedup_at_least: 2, before: true | no speedup_at_least of"
            + " random at 4",
        "method: random, ratio: 4, kept_between: [0.1, 0.2] | the key 'layer' is missing",
        "method: random, ratio: 4, layer: fc1, kept_between: [0.1] | must be two rising shares",
        "method: random, ratio: 4, layer: fc1, kept_between: [0.2, 0.1] | must be two rising"
            + " shares, such as [0.02, 0.04], but is [0.2, 0.1]",
        "method: random, ratio: 4, layer: fc1, kept_between: [0.2, 1.1] | kept_between",
        "method: random, ratio: 4, layer: fc1, error_at_most: 1 | layer belongs to kept_between,"
            + " not to error_at_most",
        "method: dense, layer: fc1, kept_between: [0.1, 0.2] | compares with the dense network",
        "method: ticket, ratio: 2.44, layer: fc1, kept_between: [0.1, 0.2] | what layers keep is"
            + " recorded where trials end, at 4, 8"
      })
  void whatNoTrialCanAnswerIsRefusedWithItsPlace(String limit, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("method: random, ratio: 4, error_at_most: 9", limit))
        .withMessageStartingWith("s.yaml: accept[1]")
        .withMessageContaining(message);
  }
}
