package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.nn.Names;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.GradientTimesWeight;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Rewind;
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
