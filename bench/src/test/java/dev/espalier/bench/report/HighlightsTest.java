package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HighlightsTest {

  @Test
  void smallestAndFastestStayWithinHalfAPoint() {
    List<Highlights.Card> cards =
        cards(
            Trials.trial("a", 2, 1, 0.90),
            Trials.trial("a", 4, 1, 0.896),
            Trials.trial("a", 8, 1, 0.80),
            Trials.trial("b", 8, 1, 0.70));
    assertThat(cards)
        .extracting(Highlights.Card::label)
        .containsExactly(
            "Smallest within half a point", "Fastest within half a point", "Best at 8\u00d7");
    assertThat(cards.get(0).figure()).isEqualTo("4.00\u00d7 fewer weights");
    assertThat(cards.get(0).words())
        .isEqualTo(
            "a at 4\u00d7: 89.60 % top-1, \u22120.40 points; 1.20 kB on disk,"
                + " 0.250 ms against 2.00 ms dense.");
    assertThat(cards.get(1).figure()).isEqualTo("8.00\u00d7 faster, measured");
    assertThat(cards.get(2).figure()).isEqualTo("80.00 %");
    assertThat(cards.get(2).words())
        .isEqualTo("a (\u221210.00 points); the last of 2, b, reaches 70.00 %.");
  }

  @Test
  void nothingWithinHalfAPointIsSaidSo() {
    List<Highlights.Card> cards =
        cards(Trials.trial("a", 2, 1, 0.80), Trials.trial("a", 4, 1, 0.70));
    assertThat(cards.get(0).figure()).isEqualTo("none");
    assertThat(cards.get(0).words()).startsWith("The nearest: a at 2\u00d7: 80.00 %");
  }

  private static List<Highlights.Card> cards(TrialResult... trials) {
    return Highlights.of(Summary.of(List.of(trials)).pairs().get(0));
  }
}
