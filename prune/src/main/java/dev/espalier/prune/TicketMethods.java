package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.prune.schedule.FixedRate;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.tune.AdjustedDropout;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Control;
import dev.espalier.prune.tune.Distilled;
import dev.espalier.prune.tune.Length;
import dev.espalier.prune.tune.RateRule;
import dev.espalier.prune.tune.Reinitialise;
import dev.espalier.prune.tune.Rewind;
import dev.espalier.prune.tune.SignConstant;

/**
 * What survivors start from and how they train on: lottery tickets, training from scratch,
 * distillation.
 */
final class TicketMethods {
  private TicketMethods() {}

  /** Adds them to the table. */
  static void addTo(MethodTable table) {
    var element = new ElementStructure();
    var filter = new FilterStructure();
    var magnitude = new Magnitude();
    var once = new OneShot();
    var keep = new Continue();
    var ticket = new Rewind(0, Rewind.From.DENSE, Length.DENSE, RateRule.AFRESH);
    table.add(
        "lottery-ticket",
        "smallest |w| of each layer in rounds, survivors rewound to their start (Frankle and Carbin"
            + " 2019)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new Rewind(),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "lottery-ticket-20",
        "lottery tickets by 20 % per round, 10 % of the classifier, trained in full each time",
        element,
        magnitude,
        LOCAL,
        new FixedRate(0.2, 0.1),
        ticket,
        Floors.NONE);
    table.add(
        "lottery-control-20",
        "the masks of lottery-ticket-20, reinitialised at random in the last round",
        element,
        magnitude,
        LOCAL,
        new FixedRate(0.2, 0.1),
        new Control(ticket, new Reinitialise(Length.DENSE)),
        Floors.NONE);
    table.add(
        "lottery-controls-20",
        "the same in every round beside the finding of the masks: one run, the control's whole"
            + " curve",
        element,
        magnitude,
        LOCAL,
        new FixedRate(0.2, 0.1),
        new Control(ticket, new Reinitialise(Length.DENSE), true),
        Floors.NONE);
    table.add(
        "late-rewinding",
        "as lottery-ticket, rewound to 5 % of the dense run, rates afresh (Frankle et al. 2019)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new Rewind(0.05, Rewind.From.DENSE, Length.GRANTED, RateRule.AFRESH),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "stabilised-ticket",
        "as lottery-ticket, rewound to 5 % of the latest run (Brix et al. 2020)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new Rewind(0.05, Rewind.From.LATEST, Length.GRANTED, RateRule.AFRESH),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "sign-constant",
        "as lottery-ticket, survivors keep but their initial signs (Zhou et al. 2019)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new SignConstant(),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "scratch-e",
        "the network of filter-magnitude, trained anew as long as the dense one (Liu et al. 2019)",
        filter,
        magnitude,
        LOCAL,
        once,
        new Reinitialise(Length.DENSE),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "scratch-b",
        "as scratch-e, for the multiply-adds of the dense training, at most twice its epochs",
        filter,
        magnitude,
        LOCAL,
        once,
        new Reinitialise(new Length.SameMacs(2)),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "weight-scratch-e",
        "the masks of global-magnitude, trained anew as long as the dense network",
        element,
        magnitude,
        GLOBAL,
        once,
        new Reinitialise(Length.DENSE),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "last-rate-magnitude",
        "as global-magnitude, at the last learning rate of training (Han et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        once,
        new Continue(RateRule.LAST),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "rate-rewinding",
        "as iterative-magnitude, the end of the rate schedule once more (Renda et al. 2020)",
        element,
        magnitude,
        GLOBAL,
        new Iterative(3),
        new Continue(RateRule.REWOUND),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "adjusted-dropout",
        "as iterative-magnitude, with less dropout for fewer connections (Han et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        new Iterative(3),
        new AdjustedDropout(keep),
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "distilled-magnitude",
        "as global-magnitude, taught by the dense network (Hinton et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        once,
        new Distilled(keep),
        Floors.WHOLE_CLASSIFIER);
  }
}
