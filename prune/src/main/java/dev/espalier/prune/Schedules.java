package dev.espalier.prune;

import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.schedule.OneShot;

/** The schedules by name, one line each. */
public final class Schedules {
  private static final Registry<Schedule> ALL =
      new Registry<Schedule>("schedule")
          .with("one-shot", "everything at once after training", OneShot::new)
          .family(
              "iterative-N",
              "the same share of what remains in each of N rounds (Han et al. 2015)",
              "iterative-(\\d+)",
              found -> new Iterative(Integer.parseInt(found.group(1))))
          .with(
              "cubic",
              "inside training, from 10 % to 60 % of its steps, every 100 (Zhu and Gupta 2017)",
              () -> new Cubic(0.1, 0.6, 100));

  private Schedules() {}

  /** All of them. */
  public static Registry<Schedule> all() {
    return ALL;
  }
}
