package dev.espalier.prune;

import dev.espalier.prune.tune.AdjustedDropout;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Control;
import dev.espalier.prune.tune.Distilled;
import dev.espalier.prune.tune.Length;
import dev.espalier.prune.tune.RateRule;
import dev.espalier.prune.tune.Reinitialise;
import dev.espalier.prune.tune.Rewind;
import dev.espalier.prune.tune.SignConstant;
import java.util.Map;
import java.util.regex.MatchResult;

/** The ways of fine-tuning by name, one line each. */
public final class FineTunes {
  private static final String NUMBER = "(\\d+(?:\\.\\d+)?)";
  private static final String SHARE = "(?:-" + NUMBER + "%)?";
  private static final Map<String, RateRule> RULES =
      Map.of("-last-rate", RateRule.LAST, "-rewound-rate", RateRule.REWOUND);

  private static final Registry<FineTune> ALL =
      new Registry<FineTune>("fine-tuning")
          .with("continue", "trains on from the trained weights (Han et al. 2015)", Continue::new)
          .with(
              "continue-last-rate",
              "the same at the learning rate that training ended with (Han et al. 2015)",
              () -> new Continue(RateRule.LAST))
          .with(
              "continue-rewound-rate",
              "the same with the end of the rate schedule once more (Renda et al. 2020)",
              () -> new Continue(RateRule.REWOUND))
          .family(
              "rewind",
              "survivors go back to their initial values (Frankle and Carbin 2019); rewind-P% to"
                  + " those after P % of the dense run, then -latest of the run before, then -full"
                  + " for as long as the dense run, or -rest for what was left of it, then"
                  + " -rewound-rate or -last-rate",
              "rewind" + SHARE + "(-latest)?(-full|-rest)?(-last-rate|-rewound-rate)?",
              FineTunes::rewind)
          .family(
              "sign-constant",
              "survivors keep but their initial signs, or with -P% those after P % of the dense"
                  + " run; -full trains as long as that (Zhou et al. 2019)",
              "(random-)?sign-constant" + SHARE + "(-full)?",
              FineTunes::signs)
          .with(
              "random-sign-constant",
              "the same with random signs",
              () -> new SignConstant(0, true, Length.GRANTED))
          .with("reinitialise", "survivors are drawn anew (Liu et al. 2019)", Reinitialise::new)
          .with(
              "scratch-e",
              "the same for as many epochs as the dense network had (Liu et al. 2019)",
              () -> new Reinitialise(Length.DENSE))
          .with(
              "scratch-b",
              "the same for as many multiply-adds as the dense network had, at most twice its"
                  + " epochs (Liu et al. 2019)",
              () -> new Reinitialise(new Length.SameMacs(2)))
          .family(
              "scratch-P%",
              "the same for P % of the epochs that the dense network had",
              "scratch-" + NUMBER + "%",
              found -> new Reinitialise(new Length.Dense(Percent.share(found.group(1)))))
          .family(
              "NAME-then-OTHER",
              "one of these, another in the last round",
              "(.+?)-then-(.+)",
              found -> new Control(of(found.group(1)), of(found.group(2))))
          .family(
              "NAME-beside-OTHER",
              "the same, and every round before also tells what the other comes to",
              "(.+?)-beside-(.+)",
              found -> new Control(of(found.group(1)), of(found.group(2)), true))
          .family(
              "NAME-adjusted-dropout",
              "one of these with dropout that falls as connections do (Han et al. 2015)",
              "(.+)-adjusted-dropout",
              found -> new AdjustedDropout(of(found.group(1))))
          .family(
              "NAME-distilled",
              "one of these towards the dense network's outputs as well (Hinton et al. 2015);"
                  + " NAME-distilled-T-A at temperature T (2) with A (0.9) of the loss",
              "(.+)-distilled(?:-" + NUMBER + "-" + NUMBER + ")?",
              FineTunes::distilled);

  private FineTunes() {}

  /** All of them. */
  public static Registry<FineTune> all() {
    return ALL;
  }

  private static FineTune of(String name) {
    return ALL.get(name);
  }

  private static double share(String percent) {
    return percent == null ? 0 : Percent.share(percent);
  }

  private static Length length(String suffix, double share) {
    return switch (suffix) {
      case "-full" -> Length.DENSE;
      case "-rest" -> Length.rest(share);
      case null, default -> Length.GRANTED;
    };
  }

  private static FineTune rewind(MatchResult found) {
    double share = share(found.group(1));
    return new Rewind(
        share,
        found.group(2) == null ? Rewind.From.DENSE : Rewind.From.LATEST,
        length(found.group(3), share),
        found.group(4) == null ? RateRule.AFRESH : RULES.get(found.group(4)));
  }

  private static FineTune signs(MatchResult found) {
    double share = share(found.group(2));
    return new SignConstant(share, found.group(1) != null, length(found.group(3), share));
  }

  private static FineTune distilled(MatchResult found) {
    FineTune base = of(found.group(1));
    return found.group(2) == null
        ? new Distilled(base)
        : new Distilled(
            base, Double.parseDouble(found.group(2)), Double.parseDouble(found.group(3)));
  }
}
