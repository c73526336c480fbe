package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.bench.report.chart.Drawing;
import dev.espalier.prune.tune.Control;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RoundCurve, and the charts of it. */
class RoundCurveTest {
  private static PairSummary pair() {
    List<TrialResult> trials = new ArrayList<>(Trials.small());
    trials.add(Trials.withRounds(Trials.trial("ticket", 4, 1, 0.9), 2, 4));
    trials.add(Trials.withRounds(Trials.trial("ticket", 8, 1, 0.9), 2, 4, 8));
    trials.add(Trials.withRounds(Trials.trial("ticket", 8, 2, 0.88), 2, 4));
    return Summary.of(trials).pairs().getFirst();
  }

  @Test
  void aMethodsCurveIsThatOfItsLongestTrials() {
    List<RoundCurve> curves = RoundCurve.of(pair());
    assertThat(curves).singleElement().extracting(RoundCurve::method).isEqualTo("ticket");
    List<RoundCurve.Point> points = curves.getFirst().points();
    assertThat(points)
        .extracting(point -> point.density().mean())
        .containsExactly(0.5, 0.25, 0.125);
    assertThat(points).extracting(point -> point.top1().n()).containsExactly(2, 2, 1);
    assertThat(points.get(1).top1().mean()).isCloseTo(0.886, within(1e-12));
    assertThat(points.get(1).top1().deviation()).isCloseTo(0.02 / Math.sqrt(2), within(1e-12));
    assertThat(points.get(1).tooltip())
        .isEqualTo(
            "ticket, round 2: 25.0 % of the weights left (4.00\u00d7), top-1 88.60 \u00b1 1.41 %,"
                + " 2 seeds");
  }

  @Test
  void aChartShowsEveryRoundAndTheDenseNetwork() {
    List<Drawing> charts = RoundCharts.of(pair(), List.of("magnitude", "random", "ticket"));
    assertThat(charts).isNotEmpty();
    assertThat(charts.getFirst().marks())
        .filteredOn(Drawing.Glyph.class::isInstance)
        .extracting(mark -> ((Drawing.Glyph) mark).tooltip())
        .hasSize(4)
        .first()
        .isEqualTo("dense 91.00");
  }

  @Test
  void withoutRoundsThereIsNoChart() {
    PairSummary pair = Summary.of(Trials.small()).pairs().getFirst();
    assertThat(RoundCharts.of(pair, pair.methods())).isEmpty();
    assertThat(ReportPage.of(Summary.of(Trials.small()))).doesNotContain("Round by round");
  }

  @Test
  void thePageHoldsTheChart() {
    assertThat(ReportPage.of(Summary.of(pair().trials())))
        .contains("Round by round", "ticket, round 3: 12.5 % of the weights left");
  }

  /** Its rounds before the last are the ticket's. */
  @Test
  void aControlIsDrawnByWhatItsTrialsEndWith() {
    String control = "rewind" + Control.THEN + "reinitialise";
    List<TrialResult> trials = new ArrayList<>(Trials.small());
    for (double ratio : new double[] {8, 4}) {
      TrialResult trial = Trials.trial("control", ratio, 1, 0.8);
      trials.add(Trials.tunedBy(control, Trials.withRounds(trial, 2, ratio)));
    }
    List<RoundCurve> curves = RoundCurve.of(Summary.of(trials).pairs().getFirst());
    assertThat(curves).singleElement().extracting(RoundCurve::method).isEqualTo("control");
    assertThat(curves.getFirst().points())
        .extracting(point -> point.density().mean())
        .containsExactly(0.25, 0.125);
  }
}
