package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The few findings of a pair that a reader wants first, in words. */
final class Highlights {

  /** A mean loss up to this many points of top-1 counts as affordable. */
  static final double AFFORDABLE = 0.5;

  private Highlights() {}

  /**
   * One finding.
   *
   * @param label what kind of finding
   * @param figure the figure to see from afar
   * @param words what it means
   */
  record Card(String label, String figure, String words) {}

  static List<Card> of(PairSummary pair) {
    List<Card> cards = new ArrayList<>();
    cards.add(
        best(
            pair,
            "Smallest within half a point",
            point -> point.compression().mean(),
            "fewer weights"));
    cards.add(
        best(
            pair,
            "Fastest within half a point",
            point -> point.measuredSpeedup().mean(),
            "faster, measured"));
    cards.add(hardest(pair));
    return cards;
  }

  private static Card best(
      PairSummary pair, String label, ToDoubleFunction<OperatingPoint> gain, String words) {
    Optional<OperatingPoint> best =
        pair.points().stream()
            .filter(point -> -100 * point.top1Change().mean() <= AFFORDABLE)
            .max(
                Comparator.comparingDouble(gain).thenComparing(point -> point.top1Change().mean()));
    if (best.isEmpty()) {
      OperatingPoint nearest =
          pair.points().stream()
              .max(Comparator.comparing(point -> point.top1Change().mean()))
              .orElseThrow();
      return new Card(label, "none", "The nearest: " + sentence(nearest));
    }
    String figure = PageText.times(gain.applyAsDouble(best.get()));
    return new Card(label, figure + " " + words, sentence(best.get()));
  }

  private static Card hardest(PairSummary pair) {
    double ratio = pair.ratios().get(pair.ratios().size() - 1);
    List<OperatingPoint> ranked =
        pair.points().stream()
            .filter(point -> point.ratio() == ratio)
            .sorted(Comparator.comparing(point -> -point.top1().mean()))
            .toList();
    OperatingPoint first = ranked.get(0);
    String figure = Numbers.percent(first.top1().mean()) + " %";
    String words = "%s (%s)".formatted(first.method(), PageText.change(first.top1Change().mean()));
    if (ranked.size() > 1) {
      OperatingPoint last = ranked.get(ranked.size() - 1);
      words +=
          "; the last of %d, %s, reaches %s %%"
              .formatted(ranked.size(), last.method(), Numbers.percent(last.top1().mean()));
    }
    return new Card("Best at " + PageText.ratio(ratio), figure, words + ".");
  }

  private static String sentence(OperatingPoint point) {
    return "%s at %s: %s %% top-1, %s; %s on disk, %s."
        .formatted(
            point.method(),
            PageText.ratio(point.ratio()),
            Numbers.percent(point.top1().mean()),
            PageText.change(point.top1Change().mean()),
            Numbers.bytes(point.pruned(Measurement::bytes).mean()),
            Numbers.milliseconds(point.pruned(Measurement::latencyMs).mean())
                + " ms against "
                + Numbers.milliseconds(point.over(trial -> trial.dense().latencyMs()).mean())
                + " ms dense");
  }
}
