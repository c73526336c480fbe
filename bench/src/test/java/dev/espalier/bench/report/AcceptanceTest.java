package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.bench.report.Criterion.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptanceTest {
  private static final String PAIR = "net/digits";

  private static Criterion criterion(
      String method, double ratio, boolean before, Bound bound, double limit) {
    Optional<Arm> than =
        bound == Bound.BETTER ? Optional.of(new Arm("random", 2)) : Optional.empty();
    Arm arm = method.equals("dense") ? Arm.DENSE : new Arm(method, ratio);
    return new Criterion("what", Optional.empty(), arm, before, bound, limit, than);
  }

  private static Acceptance of(Criterion criterion, Set<Long> seeds) {
    return Acceptance.of(List.of(criterion), List.of(PAIR), seeds, Trials.small());
  }

  private static Acceptance.Verdict verdict(Criterion criterion) {
    return of(criterion, Set.of(1L, 2L)).verdicts().getFirst();
  }

  /** Magnitude has 90 and 91 %, half of it before tuning, dense networks 90 and 92 %. */
  @ParameterizedTest
  @CsvSource({
    "magnitude, 4, false, ERROR, 9.5, 9.4",
    "magnitude, 4, true, ERROR, 54.75, 54.7",
    "magnitude, 8, false, LOST, 0.5, 0.49",
    "magnitude, 8, true, LOST, 45.75, 45",
    "magnitude, 4, false, BETTER, 10, 10.1",
    "magnitude, 4, true, BETTER, 5, 5.1",
    "magnitude, 4, false, SPEEDUP, 4, 4.1",
    "magnitude, 4, false, LATENCY, 0.125, 0.12",
    "magnitude, 8, false, COMPRESSION, 8, 8.1",
    "dense, 1, false, ERROR, 9, 8.9",
    "dense, 1, false, BETTER, 10.5, 10.6"
  })
  void theMeanOverSeedsIsHeldAgainstTheLimit(
      String method, double ratio, boolean before, Bound bound, double seen, double tooFar) {
    Acceptance.Verdict met = verdict(criterion(method, ratio, before, bound, seen));
    assertThat(met.seen().orElseThrow().mean()).isCloseTo(seen, within(1e-9));
    assertThat(met.met()).isTrue();
    assertThat(verdict(criterion(method, ratio, before, bound, tooFar)).met()).isFalse();
  }

  @Test
  void aMissingSeedIsNotMet() {
    Acceptance of = of(criterion("magnitude", 4, false, Bound.ERROR, 50), Set.of(1L, 2L, 3L));
    assertThat(of.allMet()).isFalse();
    assertThat(of.row(of.verdicts().getFirst()))
        .containsExactly(
            "what", "magnitude at 4: error at most 50 %", "9.500 % (2 of 3 seeds)", "NOT met");
  }

  @Test
  void seedsOutsideTheStudyDoNotCount() {
    Acceptance of = of(criterion("magnitude", 4, false, Bound.ERROR, 9), Set.of(2L));
    assertThat(of.allMet()).isTrue();
    Statistic seen = of.verdicts().getFirst().seen().orElseThrow();
    assertThat(seen.n()).isEqualTo(1);
    assertThat(seen.mean()).isCloseTo(9, within(1e-9));
  }

  @Test
  void withoutResultsNothingIsMet() {
    Acceptance of =
        Acceptance.of(
            List.of(criterion("magnitude", 4, false, Bound.ERROR, 100)),
            List.of(PAIR),
            Set.of(1L),
            List.of());
    assertThat(of.allMet()).isFalse();
    assertThat(of.table()).contains("no results", "NOT met");
    assertThat(of.total()).isEqualTo("0 of 1 limit met");
  }

  @Test
  void everyPairHasAVerdictUnlessOneIsNamed() {
    List<TrialResult> trials = new ArrayList<>(Trials.small());
    trials.add(Trials.trial(new TrialKey("net", "other", "magnitude", 4, 1), 0.5));
    trials.add(Trials.trial(new TrialKey("net", "other", "magnitude", 4, 2), 0.5));
    Criterion all = criterion("magnitude", 4, false, Bound.ERROR, 10);
    var one =
        new Criterion(
            "", Optional.of("net/other"), all.arm(), false, Bound.ERROR, 50, Optional.empty());
    Acceptance of =
        Acceptance.of(List.of(all, one), List.of(PAIR, "net/other"), Set.of(1L, 2L), trials);
    assertThat(of.verdicts())
        .extracting(Acceptance.Verdict::met)
        .containsExactly(true, false, true);
    assertThat(of.table())
        .isEqualTo(
            """
            what  pair        limit                               seen      verdict
            ----  ----------  ----------------------------------  --------  -------
            what  net/digits  magnitude at 4: error at most 10 %  9.500 %   met
            what  net/other   magnitude at 4: error at most 10 %  50.000 %  NOT met
                  net/other   magnitude at 4: error at most 50 %  50.000 %  met
            """);
    assertThat(of.total()).isEqualTo("2 of 3 limits met");
  }

  @Test
  void aRoundIsNamedBesideWhatWasSeen() {
    var criterion =
        new Criterion(
            "",
            Optional.empty(),
            new Arm("ticket", 5),
            false,
            Bound.BETTER,
            -1,
            Optional.of(new Arm("ticket", 2)));
    Acceptance of =
        Acceptance.of(
            List.of(criterion),
            List.of(PAIR),
            Set.of(1L),
            List.of(Trials.withRounds(Trials.trial("ticket", 10, 1, 0.9), 2, 5, 10)));
    assertThat(of.verdicts().getFirst().sentence())
        .isEqualTo("-0.300 points (round 2, 5.00x against round 1, 2.00x)");
    assertThat(of.allMet()).isTrue();
  }

  /** Trials of ratio 4 keep a quarter of their only layer. */
  @Test
  void whatALayerKeepsIsHeldAgainstBothLimits() {
    List<Criterion> criteria = new ArrayList<>();
    for (double[] range : new double[][] {{0.2, 0.3}, {0.25, 0.25}, {0.1, 0.2}, {0.3, 0.4}}) {
      criteria.add(
          new Criterion(
              "",
              Optional.empty(),
              new Arm("magnitude", 4),
              false,
              Bound.KEPT,
              range[0],
              Optional.empty(),
              Optional.of(new Criterion.Layer("fc", range[1]))));
    }
    Acceptance acceptance =
        Acceptance.of(criteria, List.of("net/digits"), Set.of(1L, 2L), Trials.small());
    assertThat(acceptance.verdicts())
        .extracting(Acceptance.Verdict::met)
        .containsExactly(true, true, false, false);
    assertThat(acceptance.table())
        .contains("magnitude at 4: of fc between 0.2 and 0.3 kept", "0.250 kept");
  }
}
