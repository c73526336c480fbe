package dev.espalier.prune;

import dev.espalier.prune.schedule.AtInitialisation;
import dev.espalier.prune.schedule.BackToFront;
import dev.espalier.prune.schedule.Constant;
import dev.espalier.prune.schedule.Cosine;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.Exponential;
import dev.espalier.prune.schedule.FixedRate;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.schedule.Linear;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.schedule.RateTied;
import dev.espalier.prune.schedule.RigL;
import dev.espalier.prune.schedule.Soft;
import dev.espalier.prune.schedule.SparseEvolution;
import dev.espalier.prune.schedule.Window;

/**
 * The schedules by name, one line each. Those inside training prune from 10 % to 60 % of its steps,
 * every 100, unless their line says otherwise.
 */
public final class Schedules {
  private static final Registry<Schedule> ALL =
      new Registry<Schedule>("schedule")
          .with("one-shot", "everything at once after training", OneShot::new)
          .family(
              "iterative-N",
              "the same share of what remains in each of N rounds (Han et al. 2015)",
              "iterative-(\\d+)",
              found -> new Iterative(Integer.parseInt(found.group(1))))
          .family(
              "rate-N",
              "N % of what remains in each round, half of that in the classifier, in as many rounds"
                  + " as it takes (Frankle and Carbin 2019)",
              "rate-(\\d+)",
              found -> rate(Integer.parseInt(found.group(1)) / 100.0))
          .with(
              "back-to-front",
              "layer by layer from the last to the first (Sun et al. 2016)",
              BackToFront::new)
          .with("at-start", "everything at once before training", () -> new AtInitialisation(1))
          .family(
              "at-start-N",
              "in N steps before training (Tanaka et al. 2020)",
              "at-start-(\\d+)",
              found -> new AtInitialisation(Integer.parseInt(found.group(1))))
          .with(
              "cubic",
              "inside training, fast at first (Zhu and Gupta 2017)",
              () -> new Cubic(0.1, 0.6, 100))
          .with("linear", "inside training, evenly", () -> new Linear(0.1, 0.6, 100))
          .with(
              "exponential",
              "inside training, the same share of what remains each time",
              () -> new Exponential(0.1, 0.6, 100))
          .with("cosine", "inside training, slow at both ends", () -> new Cosine(0.1, 0.6, 100))
          .with(
              "constant",
              "inside training, all at once and anew from 5 % to 90 % of the steps",
              () -> new Constant(0.05, 0.9, 100))
          .with(
              "rate-tied",
              "inside training, less per step as the learning rate falls",
              () -> new RateTied(0.1, 0.9, 100))
          .with(
              "soft-cubic",
              "cubic, but what is masked is only set to zero and trains on (He et al. 2018)",
              () -> new Soft(new Cubic(0.1, 0.6, 100), Masking.ZEROED))
          .with(
              "soft-cubic-hidden",
              "cubic, but what is masked lives on hidden and may come back",
              () -> new Soft(new Cubic(0.1, 0.6, 100), Masking.HIDDEN))
          .with(
              "soft-constant",
              "constant, but what is masked is only set to zero and trains on (He et al. 2018)",
              () -> new Soft(new Constant(0.05, 0.9, 100), Masking.ZEROED))
          .with(
              "set",
              "sparse from the start; drops the smallest and grows at random (Mocanu et al. 2018)",
              () -> new SparseEvolution(0.3, new Window(0, 0.75, 100)))
          .with(
              "rigl",
              "sparse from the start; drops the smallest, grows by gradient (Evci et al. 2020)",
              RigL::new);

  private Schedules() {}

  /** All of them. */
  public static Registry<Schedule> all() {
    return ALL;
  }

  private static FixedRate rate(double share) {
    return new FixedRate(share, share / 2);
  }
}
