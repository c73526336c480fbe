package dev.espalier.bench.study;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a study is and how long it still takes.
 *
 * <p>Steps of different pairs take different time, so each pair has its own seconds per step and
 * seconds per trial besides (scoring, evaluation, latency), as measured in this run. A pair that
 * has not begun is taken to need as many seconds per multiply-add as the others did.
 */
public final class Forecast {
  /** The work of a pair. */
  public static final class Work {
    private final double costPerStep;
    private long steps;
    private int trials;
    private long stepsDone;
    private int trialsDone;
    private double stepSeconds;
    private double trialSeconds;

    /**
     * @param costPerStep multiply-adds of a training step
     */
    Work(double costPerStep) {
      this.costPerStep = costPerStep;
    }
  }

  private final List<Work> works = new ArrayList<>();
  private final int atOnce;

  /**
   * @param atOnce trials side by side
   */
  public Forecast(int atOnce) {
    this.atOnce = atOnce;
  }

  /** Adds a pair without work yet. */
  public synchronized Work add(double costPerStep) {
    var work = new Work(costPerStep);
    works.add(work);
    return work;
  }

  /** Announces steps, of a trial or of a dense network. */
  public synchronized void announce(Work work, long steps, boolean trial) {
    work.steps += steps;
    work.trials += trial ? 1 : 0;
  }

  /** Takes back what will not be run. */
  public synchronized void drop(Work work, long steps, boolean trial) {
    announce(work, -steps, false);
    work.trials -= trial ? 1 : 0;
  }

  /** Steps were taken. */
  public synchronized void steps(Work work, long count, double seconds) {
    work.stepsDone += count;
    work.stepSeconds += seconds;
  }

  /** A trial is over; its seconds besides training. */
  synchronized void trial(Work work, double secondsBesides) {
    work.trialsDone++;
    work.trialSeconds += secondsBesides;
  }

  /** The share of the work that is done, in [0, 1]. */
  public synchronized double done() {
    double left = seconds(true);
    double all = left + seconds(false);
    return all == 0 ? 1 : 1 - left / all;
  }

  /** The time left; empty as long as nothing was measured. */
  public synchronized Optional<Duration> left() {
    if (secondsPerCost() == 0) {
      return works.stream().allMatch(work -> work.steps == 0)
          ? Optional.of(Duration.ZERO)
          : Optional.empty();
    }
    int trials = works.stream().mapToInt(work -> work.trials - work.trialsDone).sum();
    double seconds = seconds(true) / Math.clamp(trials, 1, atOnce);
    return Optional.of(Duration.ofMillis((long) (1000 * seconds)));
  }

  private double seconds(boolean ahead) {
    double perCost = secondsPerCost();
    double perTrial = secondsPerTrial();
    double sum = 0;
    for (Work work : works) {
      long steps = ahead ? Math.max(0, work.steps - work.stepsDone) : work.stepsDone;
      int trials = ahead ? Math.max(0, work.trials - work.trialsDone) : work.trialsDone;
      double step =
          work.stepsDone > 0
              ? work.stepSeconds / work.stepsDone
              : work.costPerStep * (perCost > 0 ? perCost : 1);
      double besides = work.trialsDone > 0 ? work.trialSeconds / work.trialsDone : perTrial;
      sum += steps * step + trials * besides;
    }
    return sum;
  }

  private double secondsPerCost() {
    double seconds = works.stream().mapToDouble(work -> work.stepSeconds).sum();
    double cost = works.stream().mapToDouble(work -> work.stepsDone * work.costPerStep).sum();
    return cost == 0 ? 0 : seconds / cost;
  }

  private double secondsPerTrial() {
    double seconds = works.stream().mapToDouble(work -> work.trialSeconds).sum();
    int trials = works.stream().mapToInt(work -> work.trialsDone).sum();
    return trials == 0 ? 0 : seconds / trials;
  }

  /** A duration for the reader: 50 s, 12 min, 3 h 05 min. */
  public static String text(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 100) {
      return seconds + " s";
    }
    long minutes = Math.round(seconds / 60.0);
    return minutes < 60 ? minutes + " min" : "%d h %02d min".formatted(minutes / 60, minutes % 60);
  }
}
