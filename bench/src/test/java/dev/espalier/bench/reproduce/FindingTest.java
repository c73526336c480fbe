package dev.espalier.bench.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FindingTest {
  @Test
  void theMeanOverTheSeedsIsHeldAgainstTheLimit() {
    Finding met = Finding.atMost("error", Unit.PERCENT, 2, List.of(1.5, 2.5));
    assertThat(met.limit()).isEqualTo("≤ 2.00 %");
    assertThat(met.seen()).isEqualTo("2.00 ± 0.71 %");
    assertThat(met.met()).contains(true);
    assertThat(met.values()).containsExactly(1.5, 2.5);
    assertThat(Finding.atMost("error", Unit.PERCENT, 1.99, List.of(1.5, 2.5)).met())
        .contains(false);
    assertThat(Finding.atLeast("gain", Unit.POINTS, 0.15, List.of(0.1499)).met()).contains(false);
  }

  @Test
  void whatBinaryFractionsLoseDoesNotDecide() {
    assertThat(Finding.atLeast("gain", Unit.POINTS, 0.2, List.of(1.9 - 1.7)).met()).contains(true);
    assertThat(Finding.atMost("gain", Unit.POINTS, 0.3, List.of(0.1 + 0.2)).met()).contains(true);
  }

  @Test
  void nearIsRelativeToTheTarget() {
    assertThat(Finding.near("MACs", Unit.COUNT, 200, 0.01, 202).met()).contains(true);
    assertThat(Finding.near("MACs", Unit.COUNT, 200, 0.01, 197.9).met()).contains(false);
    assertThat(Finding.near("MACs", Unit.COUNT, 200, 0.01, 202).limit())
        .isEqualTo("200 within 1.00 %");
  }

  @Test
  void theTableNamesWhatIsMissedAndTheSentenceCountsLimitsAlone() {
    var all =
        new Reproduction(
            List.of(
                Finding.atMost("error", Unit.PERCENT, 2, List.of(1.5)),
                Finding.atLeast("correlation", Unit.NUMBER, 0.8, List.of(0.7)),
                Finding.reported("size", Unit.TIMES, List.of(3.0))),
            Path.of("none.json"));
    assertThat(all.table().lines())
        .containsExactly(
            "what" + " ".repeat(12) + "limit    seen",
            "-----------  --------  ------  ------",
            "error        ≤ 2.00 %  1.50 %     met",
            "correlation   ≥ 0.800   0.700  MISSED",
            "size" + " ".repeat(20) + "3.00x");
    assertThat(all.sentence()).isEqualTo("1 of 2 limits met");
  }
}
