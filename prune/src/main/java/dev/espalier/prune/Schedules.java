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
import dev.espalier.prune.schedule.TwoSlope;
import dev.espalier.prune.schedule.Window;
import java.util.function.Function;
import java.util.regex.MatchResult;

/**
 * The schedules by name, one line each. Those inside training prune from 10 % to 60 % of its steps,
 * every 100, unless their line says otherwise; with {@code -B%-E%-N} behind the name, from B % to E
 * % of the steps, every N.
 */
public final class Schedules {
  private static final String SHARE = "-(\\d+(?:\\.\\d+)?)%";
  private static final String WINDOW = SHARE + SHARE + "-(\\d+)";

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
                  + " as it takes; rate-N-C with C % in the classifier (Frankle and Carbin 2019)",
              "rate-(\\d+(?:\\.\\d+)?)(?:-(\\d+(?:\\.\\d+)?))?",
              Schedules::rate)
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
          .family(
              "cubic",
              "inside training, fast at first (Zhu and Gupta 2017); cubic-B%-E%-N from B % to E %"
                  + " of the steps, every N, and so with the next five",
              windowed("cubic"),
              within(Window.STANDARD, window -> new Cubic(window, 0)))
          .family(
              "linear",
              "inside training, evenly",
              windowed("linear"),
              within(Window.STANDARD, Linear::new))
          .family(
              "exponential",
              "inside training, the same share of what remains each time",
              windowed("exponential"),
              within(Window.STANDARD, Exponential::new))
          .family(
              "cosine",
              "inside training, slow at both ends",
              windowed("cosine"),
              within(Window.STANDARD, Cosine::new))
          .family(
              "constant",
              "inside training, all at once and anew from 5 % to 90 % of the steps",
              windowed("constant"),
              within(Constant.USUAL, Constant::new))
          .family(
              "rate-tied",
              "inside training, less per step as the learning rate falls, from 10 % to 90 %",
              windowed("rate-tied"),
              within(RateTied.USUAL, RateTied::new))
          .family(
              "soft-NAME",
              "one of these six, but what is masked is only set to zero and trains on (He"
                  + " et al. 2018); soft-NAME-hidden: lives on hidden and may come back",
              "soft-(.+?)(-hidden)?",
              Schedules::soft)
          .family(
              "two-slope",
              "inside training, what lies below a limit that rises faster after a quarter of the"
                  + " steps, until half of them (Narang et al. 2017); two-slope-R%-E%-N from R %"
                  + " and until E %, every N",
              "two-slope(?:" + WINDOW + ")?",
              Schedules::twoSlope)
          .family(
              "set",
              "sparse from the start; drops the smallest and grows at random (Mocanu et al. 2018);"
                  + " set-F%-B%-E%-N drops F %",
              "set(?:" + SHARE + WINDOW + ")?",
              Schedules::set)
          .family(
              "rigl",
              "sparse from the start; drops the smallest, grows by gradient (Evci et al. 2020);"
                  + " rigl-A%-E%-N drops A % at first, until E % of the steps, every N",
              "rigl(?:" + WINDOW + ")?",
              Schedules::rigl);

  private Schedules() {}

  /** All of them. */
  public static Registry<Schedule> all() {
    return ALL;
  }

  private static String windowed(String name) {
    return name + "(?:" + WINDOW + ")?";
  }

  private static Function<MatchResult, Schedule> within(
      Window usual, Function<Window, Schedule> make) {
    return found -> make.apply(found.group(1) == null ? usual : window(found, 1));
  }

  private static Window window(MatchResult found, int first) {
    return new Window(
        Percent.share(found.group(first)),
        Percent.share(found.group(first + 1)),
        Integer.parseInt(found.group(first + 2)));
  }

  private static Schedule rate(MatchResult found) {
    double share = Percent.share(found.group(1));
    return new FixedRate(share, found.group(2) == null ? share / 2 : Percent.share(found.group(2)));
  }

  private static Schedule soft(MatchResult found) {
    if (ALL.get(found.group(1)) instanceof Schedule.Gradual curve) {
      return new Soft(curve, found.group(2) == null ? Masking.ZEROED : Masking.HIDDEN);
    }
    throw new IllegalArgumentException(
        "'%s' does not prune inside training, where alone masks can be soft"
            .formatted(found.group(1)));
  }

  private static Schedule twoSlope(MatchResult found) {
    return found.group(1) == null
        ? new TwoSlope()
        : new TwoSlope(
            Percent.share(found.group(1)),
            Percent.share(found.group(2)),
            Integer.parseInt(found.group(3)));
  }

  private static Schedule set(MatchResult found) {
    return found.group(1) == null
        ? new SparseEvolution()
        : new SparseEvolution(Percent.share(found.group(1)), window(found, 2));
  }

  private static Schedule rigl(MatchResult found) {
    return found.group(1) == null
        ? new RigL()
        : new RigL(
            Percent.share(found.group(1)),
            Integer.parseInt(found.group(3)),
            Percent.share(found.group(2)));
  }
}
