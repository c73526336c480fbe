package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.bench.report.Criterion.Arm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SightingTest {
  private static final TrialResult FIRST =
      Trials.withRounds(Trials.trial("ticket", 10, 1, 0.9), 2, 5, 10);
  private static final TrialResult SECOND =
      Trials.withRounds(Trials.trial("ticket", 10, 2, 0.8), 2, 5.1, 10);

  private static Sighting of(String method, double ratio) {
    return Sighting.of(
        List.of(FIRST, SECOND, Trials.trial("random", 4, 1, 0.7)), new Arm(method, ratio));
  }

  @Test
  void endsOfTrialsComeFirst() {
    Sighting end = of("ticket", 10);
    assertThat(end.where()).isEmpty();
    assertThat(end.bySeed()).containsOnlyKeys(1L, 2L);
    assertThat(end.bySeed().get(1L))
        .isEqualTo(new Finding(0.9, 0.45, 0.9, 10, 0.05, 10, Map.of("fc", 0.1)));
  }

  /** Of 5 and 5.1 the mean is 5.05, of which 5 is 1 % and 5.16 is 2.1 %. */
  @Test
  void thenTheNearestRound() {
    Sighting round = of("ticket", 5);
    assertThat(round.where()).isEqualTo("round 2, 5.05x");
    Finding found = round.bySeed().get(1L);
    assertThat(found.top1()).isCloseTo(0.895, within(1e-12));
    assertThat(found.top1BeforeFinetune()).isCloseTo(0.885, within(1e-12));
    assertThat(found.dense()).isEqualTo(0.9);
    assertThat(found.speedup()).isEqualTo(5);
    assertThat(found.latency()).isNaN();
    assertThat(found.compression()).isEqualTo(5);
    assertThat(of("ticket", 5.16).bySeed()).isEmpty();
  }

  @Test
  void aRoundThatMoreSeedsHaveIsBetterThanANearerOne() {
    List<TrialResult> trials =
        List.of(
            Trials.withRounds(Trials.trial("ticket", 5, 1, 0.9), 4, 5),
            Trials.withRounds(Trials.trial("ticket", 10, 1, 0.9), 4.05, 10),
            Trials.withRounds(Trials.trial("ticket", 10, 2, 0.9), 4.05, 10));
    Sighting round = Sighting.of(trials, new Arm("ticket", 4));
    assertThat(round.where()).isEqualTo("round 1, 4.05x");
    assertThat(round.bySeed()).containsOnlyKeys(1L, 2L);
  }

  @Test
  void theDenseNetworkOfASeedIsThatOfAnyTrial() {
    Sighting dense =
        Sighting.of(List.of(FIRST, SECOND, Trials.trial("random", 4, 1, 0.7)), Arm.DENSE);
    assertThat(dense.bySeed().get(1L)).isEqualTo(new Finding(0.9, 0.9, 0.9, 1, 1, 1, Map.of()));
    assertThat(dense.bySeed().get(2L).top1()).isEqualTo(0.92);
  }

  @Test
  void whatIsNotThereIsNotSeen() {
    assertThat(of("random", 5).bySeed()).isEmpty();
    assertThat(of("other", 4).bySeed()).isEmpty();
    assertThat(Sighting.of(List.of(), Arm.DENSE).bySeed()).isEmpty();
  }
}
