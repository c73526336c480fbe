package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.nn.Names;
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
import dev.espalier.prune.score.GradientTimesWeight;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.prune.tune.AdjustedDropout;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Control;
import dev.espalier.prune.tune.Distilled;
import dev.espalier.prune.tune.Length;
import dev.espalier.prune.tune.RateRule;
import dev.espalier.prune.tune.Reinitialise;
import dev.espalier.prune.tune.Rewind;
import dev.espalier.prune.tune.SignConstant;
import dev.espalier.tensor.sparse.Granularity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The named methods, one line each.
 *
 * <p>The one-shot baselines leave the classifier alone, as the protocol of D. Blalock et al. (2020)
 * does. The gradual one keeps at least a quarter of it, and half of a convolution that reads the
 * input, which holds next to nothing; the extended recipe of T. Gale, E. Elsen, S. Hooker (2019)
 * leaves all of such a layer.
 */
public final class Methods {
  private static final Map<String, Method> ALL = new LinkedHashMap<>();

  static {
    var element = new ElementStructure();
    var filter = new FilterStructure();
    var magnitude = new Magnitude();
    var gradient = new GradientTimesWeight();
    var once = new OneShot();
    var keep = new Continue();
    var ticket = new Rewind(0, Rewind.From.DENSE, Length.DENSE, RateRule.AFRESH);
    add(
        "global-magnitude",
        "smallest |w| of the whole model, then fine-tuning (Blalock et al. 2020)",
        element,
        magnitude,
        GLOBAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "layer-magnitude",
        "smallest |w| of each layer, then fine-tuning (Han et al. 2015)",
        element,
        magnitude,
        LOCAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "global-gradient",
        "smallest |w ∂L/∂w| of the whole model, then fine-tuning (Blalock et al. 2020)",
        element,
        gradient,
        GLOBAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "layer-gradient",
        "smallest |w ∂L/∂w| of each layer, then fine-tuning (Blalock et al. 2020)",
        element,
        gradient,
        LOCAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "gradual-magnitude",
        "smallest |w| of each layer, cubic schedule inside training (Zhu and Gupta 2017)",
        element,
        magnitude,
        LOCAL,
        new Cubic(0.1, 0.6, 100),
        keep,
        new Floors(0.5, 0.25));
    add(
        "iterative-magnitude",
        "smallest |w| of the whole model in three rounds (Han et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        new Iterative(3),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "lottery-ticket",
        "smallest |w| of each layer in rounds, survivors rewound to their start (Frankle and Carbin"
            + " 2019)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new Rewind(),
        Floors.WHOLE_CLASSIFIER);
    add(
        "filter-magnitude",
        "filters of smallest L1 norm with all that hangs on them (Li et al. 2016)",
        filter,
        magnitude,
        LOCAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "nm-2:4",
        "the 2 largest |w| of every 4 neighbours, then fine-tuning (Mishra et al. 2021)",
        new NmStructure(new Granularity.NOfM(2, 4)),
        magnitude,
        LOCAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "nm-2:4x4",
        "as nm-2:4, with one pattern for each 4 rows, ranked by the sums of their |w|",
        new NmStructure(new Granularity.NOfM(2, 4, 4)),
        magnitude,
        LOCAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "random",
        "weights drawn at random, then fine-tuning",
        element,
        new RandomScore(),
        GLOBAL,
        once,
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "linear-magnitude",
        "as gradual-magnitude, the same number of weights at every step",
        element,
        magnitude,
        LOCAL,
        new Linear(0.1, 0.6, 100),
        keep,
        new Floors(0.5, 0.25));
    add(
        "exponential-magnitude",
        "as gradual-magnitude, the same share of the rest at every step",
        element,
        magnitude,
        LOCAL,
        new Exponential(0.1, 0.6, 100),
        keep,
        new Floors(0.5, 0.25));
    add(
        "cosine-magnitude",
        "as gradual-magnitude, along half a cosine",
        element,
        magnitude,
        LOCAL,
        new Cosine(0.1, 0.6, 100),
        keep,
        new Floors(0.5, 0.25));
    add(
        "rate-tied-magnitude",
        "as gradual-magnitude, fewer weights per step as the learning rate falls",
        element,
        magnitude,
        LOCAL,
        new RateTied(0.1, 0.9, 100),
        keep,
        new Floors(0.5, 0.25));
    add(
        "soft-magnitude",
        "as gradual-magnitude, but pruned weights live on and may come back until the end",
        element,
        magnitude,
        LOCAL,
        new Soft(new Cubic(0.1, 0.6, 100), Masking.HIDDEN),
        keep,
        new Floors(0.5, 0.25));
    add(
        "soft-filter",
        "filters of smallest L1 norm zeroed again and again, free to come back (He et al. 2018)",
        filter,
        magnitude,
        LOCAL,
        new Soft(new Constant(0.05, 0.9, 100), Masking.ZEROED),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "set",
        "sparse to sparse: small |w| dropped, others grown at random (Mocanu et al. 2018)",
        element,
        magnitude,
        LOCAL,
        new SparseEvolution(0.3, new Window(0, 0.75, 100)),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "rigl",
        "sparse to sparse: small |w| dropped, large gradients grown (Evci et al. 2020)",
        element,
        magnitude,
        LOCAL,
        new RigL(),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "random-at-start",
        "weights drawn at random before training",
        element,
        new RandomScore(),
        GLOBAL,
        new AtInitialisation(),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "magnitude-at-start",
        "smallest |w| of each layer before training",
        element,
        magnitude,
        LOCAL,
        new AtInitialisation(),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "back-to-front-magnitude",
        "smallest |w|, one layer per round from the last to the first",
        element,
        magnitude,
        LOCAL,
        new BackToFront(),
        keep,
        Floors.NONE);
    add(
        "last-rate-magnitude",
        "as global-magnitude, at the last learning rate of training (Han et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        once,
        new Continue(RateRule.LAST),
        Floors.WHOLE_CLASSIFIER);
    add(
        "rate-rewinding",
        "as iterative-magnitude, the end of the rate schedule once more (Renda et al. 2020)",
        element,
        magnitude,
        GLOBAL,
        new Iterative(3),
        new Continue(RateRule.REWOUND),
        Floors.WHOLE_CLASSIFIER);
    add(
        "adjusted-dropout",
        "as iterative-magnitude, with less dropout for fewer connections (Han et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        new Iterative(3),
        new AdjustedDropout(keep),
        Floors.WHOLE_CLASSIFIER);
    add(
        "lottery-ticket-20",
        "lottery tickets by 20 % per round, 10 % of the classifier, trained in full each time",
        element,
        magnitude,
        LOCAL,
        new FixedRate(0.2, 0.1),
        ticket,
        Floors.NONE);
    add(
        "lottery-control-20",
        "the masks of lottery-ticket-20, reinitialised at random in the last round",
        element,
        magnitude,
        LOCAL,
        new FixedRate(0.2, 0.1),
        new Control(ticket, new Reinitialise(Length.DENSE)),
        Floors.NONE);
    add(
        "late-rewinding",
        "as lottery-ticket, rewound to 5 % of the dense run (Frankle et al. 2019)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new Rewind(0.05, Rewind.From.DENSE, Length.GRANTED, RateRule.AFRESH),
        Floors.WHOLE_CLASSIFIER);
    add(
        "stabilised-ticket",
        "as lottery-ticket, rewound to 5 % of the latest run (Brix et al. 2020)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new Rewind(0.05, Rewind.From.LATEST, Length.GRANTED, RateRule.AFRESH),
        Floors.WHOLE_CLASSIFIER);
    add(
        "sign-constant",
        "as lottery-ticket, survivors keep but their initial signs (Zhou et al. 2019)",
        element,
        magnitude,
        LOCAL,
        new Iterative(3),
        new SignConstant(),
        Floors.WHOLE_CLASSIFIER);
    add(
        "scratch-e",
        "the network of filter-magnitude, trained anew as long as the dense one (Liu et al. 2019)",
        filter,
        magnitude,
        LOCAL,
        once,
        new Reinitialise(Length.DENSE),
        Floors.WHOLE_CLASSIFIER);
    add(
        "scratch-b",
        "as scratch-e, for the multiply-adds of the dense training, at most twice its epochs",
        filter,
        magnitude,
        LOCAL,
        once,
        new Reinitialise(new Length.SameMacs(2)),
        Floors.WHOLE_CLASSIFIER);
    add(
        "weight-scratch-e",
        "the masks of global-magnitude, trained anew as long as the dense network",
        element,
        magnitude,
        GLOBAL,
        once,
        new Reinitialise(Length.DENSE),
        Floors.WHOLE_CLASSIFIER);
    add(
        "distilled-magnitude",
        "as global-magnitude, taught by the dense network (Hinton et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        once,
        new Distilled(keep, 2, 0.9),
        Floors.WHOLE_CLASSIFIER);
  }

  private Methods() {}

  private static void add(
      String name,
      String description,
      Structure structure,
      Scorer scorer,
      RankingScope scope,
      Schedule schedule,
      FineTune tune,
      Floors floors) {
    ALL.put(name, new Method(name, description, structure, scorer, scope, schedule, tune, floors));
  }

  /** All methods, in order. */
  public static List<Method> all() {
    return List.copyOf(ALL.values());
  }

  /**
   * A method by name.
   *
   * @throws IllegalArgumentException naming the nearest of the known names
   */
  public static Method get(String name) {
    Method method = ALL.get(name);
    if (method == null) {
      throw Names.unknown("method", name, ALL.keySet());
    }
    return method;
  }
}
