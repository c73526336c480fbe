package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {

  @Test
  void frontHoldsWhatNothingBeatsInBothDirections() {
    OperatingPoint accurate = point("a", 2, 0.9);
    OperatingPoint small = point("a", 8, 0.8);
    OperatingPoint worse = point("b", 2, 0.85);
    OperatingPoint worst = point("b", 8, 0.7);
    assertThat(front(accurate, small, worse, worst)).containsExactly(accurate, small);
  }

  @Test
  void lessCompressionIsWorthItOnlyForMoreAccuracy() {
    OperatingPoint small = point("a", 8, 0.9);
    OperatingPoint large = point("b", 2, 0.9);
    assertThat(front(large, small)).containsExactly(small);
  }

  @Test
  void gainsWithinOnePercentCountAsEqual() {
    OperatingPoint better = point("a", 8, 0.9);
    OperatingPoint barelySmaller = point("b", 8.03, 0.85);
    assertThat(front(better, barelySmaller)).containsExactly(better);
  }

  @Test
  void equalPointsAreAllOnTheFront() {
    assertThat(front(point("a", 8, 0.9), point("b", 8, 0.9))).hasSize(2);
  }

  private static OperatingPoint point(String method, double ratio, double top1) {
    return new OperatingPoint(List.of(Trials.trial(method, ratio, 1, top1)));
  }

  private static List<OperatingPoint> front(OperatingPoint... points) {
    return List.copyOf(ParetoFront.of(List.of(points), OperatingPoint::ratio));
  }
}
