package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/** Everything at once after training. */
public record OneShot() implements Schedule.Rounds {
  @Override
  public String name() {
    return "one-shot";
  }

  @Override
  public int rounds(double last, int layers) {
    return 1;
  }

  @Override
  public double density(int round, double last) {
    return last;
  }
}
