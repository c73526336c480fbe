package dev.espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LrScheduleTest {
  private static double[] factors(LrSchedule schedule, long... steps) {
    return LongStream.of(steps).mapToDouble(schedule::factor).toArray();
  }

  private static void expect(LrSchedule schedule, long[] steps, double... factors) {
    assertThat(factors(schedule, steps)).containsExactly(factors, within(1e-12));
  }

  @Test
  void constantIsOne() {
    expect(LrSchedule.constant(), new long[] {0, 1, 1_000_000}, 1, 1, 1);
  }

  @Test
  void stepFallsAtEveryMultiple() {
    expect(LrSchedule.step(10, 0.1), new long[] {0, 9, 10, 19, 20}, 1, 1, 0.1, 0.1, 0.01);
  }

  @Test
  void multiStepFallsAtEachMilestoneWhateverTheirOrder() {
    expect(
        LrSchedule.multiStep(0.1, 80, 50),
        new long[] {0, 49, 50, 79, 80, 99},
        1,
        1,
        0.1,
        0.1,
        0.01,
        0.01);
  }

  @Test
  void cosineFallsToTheFloorAndStaysThere() {
    expect(LrSchedule.cosine(100, 0), new long[] {0, 50, 100, 150}, 1, 0.5, 0, 0);
    expect(LrSchedule.cosine(100, 0.2), new long[] {0, 50, 100}, 1, 0.6, 0.2);
    expect(LrSchedule.cosine(3, 0), new long[] {1, 2}, 0.75, 0.25);
  }

  @Test
  void warmUpRisesLinearlyAndThenGetsOutOfTheWay() {
    expect(LrSchedule.constant().withWarmUp(4), new long[] {0, 1, 2, 3, 4}, 0.25, 0.5, 0.75, 1, 1);
    LrSchedule cosine = LrSchedule.cosine(100, 0);
    assertThat(cosine.withWarmUp(10).factor(60)).isEqualTo(cosine.factor(60));
    assertThat(cosine.withWarmUp(0).factor(0)).isEqualTo(1);
  }
}
