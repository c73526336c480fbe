package dev.espalier.bench.study;

import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;

/** What trials that run side by side share: the display, the forecast and the measuring place. */
record Desk(Progress progress, Forecast forecast, Quiet quiet) {
  /** Times one training run without the pauses that others' measurements cost it. */
  final class Watch implements TrainingListener {
    private final Forecast.Work work;
    private long last = System.nanoTime();
    private double seconds;
    private long steps;

    private Watch(Forecast.Work work) {
      this.work = work;
    }

    /** Steps so far. */
    long steps() {
      return steps;
    }

    /** Seconds of the steps so far. */
    double seconds() {
      return seconds;
    }

    @Override
    public void onStart(Trainer trainer) {
      last = System.nanoTime();
    }

    @Override
    public void onStep(StepEvent event) {
      double step = (System.nanoTime() - last) / 1e9;
      seconds += step;
      steps++;
      forecast.steps(work, 1, step);
      progress.advance(1);
      progress.forecast(forecast);
      quiet.pause();
      last = System.nanoTime();
    }
  }

  /** What will not be run, since it has been. */
  void skip(PairRun pair, long steps, boolean trial) {
    forecast.drop(pair.work(), steps, trial);
    progress.skip(steps);
  }

  /** Corrects what was announced of a training run that is over, or has failed, by its steps. */
  void settle(PairRun pair, long announced, Watch watch) {
    if (announced != watch.steps()) {
      skip(pair, announced - watch.steps(), false);
    }
  }

  /** A watch on a training run of some name. */
  Watch watch(String what, Forecast.Work work) {
    progress.begin(what);
    return new Watch(work);
  }
}
