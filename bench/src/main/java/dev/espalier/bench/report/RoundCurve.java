package dev.espalier.bench.report;

import dev.espalier.prune.tune.Control;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The way of a method through its rounds on one model and data set.
 *
 * @param method its name
 * @param points the rounds in order
 */
record RoundCurve(String method, List<Point> points) {

  /**
   * A round over the seeds.
   *
   * @param density non-zero parameters over all
   * @param top1 accuracy after the round's training, a fraction
   * @param tooltip the same in words
   */
  record Point(Statistic density, Statistic top1, String tooltip) {}

  /**
   * The curves of a pair, one for each method with rounds: that of the trials which take the most
   * of them, as the others of a fixed rate are parts of it. Of a control experiment only the last
   * round of each trial, since the rounds before it are those of the method it controls.
   */
  static List<RoundCurve> of(PairSummary pair) {
    List<RoundCurve> curves = new ArrayList<>();
    for (String method : pair.methods()) {
      List<OperatingPoint> inRounds =
          pair.pointsOf(method).stream()
              .filter(point -> rounds(point) > 0)
              .sorted(
                  Comparator.comparingInt(RoundCurve::rounds).thenComparing(OperatingPoint::ratio))
              .toList();
      if (!inRounds.isEmpty()) {
        OperatingPoint longest = inRounds.getLast();
        curves.add(
            new RoundCurve(method, isControl(longest) ? lastPoints(inRounds) : points(longest)));
      }
    }
    return curves;
  }

  private static boolean isControl(OperatingPoint point) {
    return point.first().composition().finetune().contains(Control.THEN);
  }

  /** What trials end with, those of most weights first. */
  private static List<Point> lastPoints(List<OperatingPoint> inRounds) {
    return inRounds.stream()
        .map(point -> points(point).getLast())
        .sorted(Comparator.comparingDouble((Point point) -> point.density().mean()).reversed())
        .toList();
  }

  private static int rounds(OperatingPoint point) {
    return point.trials().stream().mapToInt(trial -> trial.rounds().size()).max().orElse(0);
  }

  private static List<Point> points(OperatingPoint point) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < rounds(point); i++) {
      int index = i;
      List<RoundResult> same =
          point.trials().stream()
              .filter(trial -> trial.rounds().size() > index)
              .map(trial -> trial.rounds().get(index))
              .toList();
      Statistic density = over(same, RoundResult::density);
      Statistic top1 = over(same, RoundResult::top1);
      String tooltip =
          "%s, round %d: %s %% of the weights left (%s), top-1 %s %%, %s"
              .formatted(
                  point.method(),
                  index + 1,
                  Numbers.fixed(100 * density.mean(), 1),
                  PageText.times(over(same, RoundResult::ratio).mean()),
                  PageText.percent(top1),
                  PageText.counted(same.size(), "seed"));
      points.add(new Point(density, top1, tooltip));
    }
    return points;
  }

  private static Statistic over(List<RoundResult> rounds, ToDoubleFunction<RoundResult> figure) {
    return Statistic.of(rounds.stream().mapToDouble(figure).boxed().toList());
  }
}
