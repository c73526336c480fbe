package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.prune.Schedule.Point;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** OneShot, Iterative, Cubic. */
class ScheduleTest {
  @Test
  void oneShotReachesTheTargetInItsOnlyRound() {
    assertThat(new OneShot().rounds(0.3, 4)).isEqualTo(1);
    assertThat(new OneShot().density(1, 0.3)).isEqualTo(0.3);
  }

  @Test
  void iterativeKeepsTheSameShareOfTheRestInEveryRound() {
    var schedule = new Iterative(3);
    assertThat(schedule.rounds(0.125, 4)).isEqualTo(3);
    assertThat(schedule.density(1, 0.125)).isCloseTo(0.5, within(1e-15));
    assertThat(schedule.density(2, 0.125)).isCloseTo(0.25, within(1e-15));
    assertThat(schedule.density(3, 0.125)).isEqualTo(0.125);
  }

  @Test
  void iterativeNeedsARound() {
    assertThatThrownBy(() -> new Iterative(0)).hasMessageContainingAll("rounds", ">= 1", "0");
  }

  /** The sequence for a final sparsity of 0.9 over ten pruning steps. */
  @Test
  void cubicFollowsZhuAndGupta() {
    double[] sparsity = {
      0, 0.2439, 0.4392, 0.5913, 0.7056, 0.7875, 0.8424, 0.8757, 0.8928, 0.8991, 0.9
    };
    var schedule = new Cubic(0, 1, 1);
    for (int step = 0; step <= 10; step++) {
      assertThat(1 - schedule.density(step, 10, 0.1)).isCloseTo(sparsity[step], within(1e-12));
    }
  }

  @Test
  void cubicKeepsEverythingBeforeItBeginsAndTheTargetAfterItsEnd() {
    var schedule = new Cubic(0.2, 0.6, 10);
    assertThat(schedule.density(0, 100, 0.1)).isEqualTo(1);
    assertThat(schedule.density(20, 100, 0.1)).isEqualTo(1);
    assertThat(schedule.density(60, 100, 0.1)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.density(100, 100, 0.1)).isCloseTo(0.1, within(1e-15));
  }

  @Test
  void cubicNeverGrowsBack() {
    var schedule = new Cubic(0.1, 0.7, 1);
    for (int step = 1; step <= 200; step++) {
      assertThat(schedule.density(step, 200, 0.05))
          .isLessThanOrEqualTo(schedule.density(step - 1, 200, 0.05));
    }
  }

  @Test
  void cubicIsDueEveryFewStepsAndNeverSkipsTheLast() {
    var schedule = new Cubic(0.1, 0.6, 20);
    assertThat(LongStream.rangeClosed(0, 100).filter(step -> schedule.due(step, 100)))
        .containsExactly(10L, 30L, 50L, 60L);
  }

  /** Sparsity 0.6 at first, 0.9 at the end: half way 0.6 + 0.3 · 7/8. */
  @Test
  void cubicMayBeginAtASparsity() {
    var schedule = new Cubic(new Window(0.2, 0.6, 10), 0.6);
    assertThat(schedule.density(19, 100, 0.1)).isEqualTo(1);
    assertThat(schedule.density(20, 100, 0.1)).isCloseTo(0.4, within(1e-15));
    assertThat(schedule.density(40, 100, 0.1)).isCloseTo(1 - 0.8625, within(1e-15));
    assertThat(schedule.density(60, 100, 0.1)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.density(20, 100, 0.7)).isEqualTo(0.7); // less than it begins with
    assertThatThrownBy(() -> new Cubic(new Window(0, 1, 1), 1)).hasMessageContainingAll("[0, 1)");
  }

  @Test
  void curvesHaveAPointPerEventOfPruning() {
    assertThat(new Iterative(2).curve(0, 3, 0.25))
        .containsExactly(new Point(0, 1), new Point(1, 0.5), new Point(2, 0.25));
    List<Point> cubic = new Cubic(0.2, 0.6, 20).curve(100, 3, 0.2);
    assertThat(cubic).extracting(Point::at).containsExactly(0L, 20L, 40L, 60L);
    assertThat(cubic.get(2).density()).isCloseTo(1 - 0.8 * 7 / 8, within(1e-15));
  }

  @Test
  void cubicRefusesAnEmptyInterval() {
    assertThatThrownBy(() -> new Cubic(0.6, 0.6, 1)).hasMessageContainingAll("begin < end", "0.6");
    assertThatThrownBy(() -> new Cubic(0, 1, 0)).hasMessageContainingAll("every >= 1", "0");
  }
}
