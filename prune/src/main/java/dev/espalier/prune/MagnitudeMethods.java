package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.prune.budget.EqualMacs;
import dev.espalier.prune.budget.ErdosRenyi;
import dev.espalier.prune.schedule.AtInitialisation;
import dev.espalier.prune.schedule.BackToFront;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.score.StandardisedMagnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.tune.Continue;

/**
 * Single weights by their size, and at random, as baselines: before training, after it at once and
 * in rounds.
 */
final class MagnitudeMethods {
  private MagnitudeMethods() {}

  /** Adds them to the table. */
  static void addTo(MethodTable table) {
    var element = new ElementStructure();
    var magnitude = new Magnitude();
    var once = new OneShot();
    var keep = new Continue();
    table.add(
        "global-magnitude",
        "smallest |w| of the whole model, then fine-tuning (Blalock et al. 2020)",
        element,
        magnitude,
        GLOBAL);
    table.add(
        "layer-magnitude",
        "smallest |w| of each layer, then fine-tuning (Han et al. 2015)",
        element,
        magnitude,
        LOCAL);
    table.add(
        "iterative-magnitude",
        "smallest |w| of the whole model in three rounds (Han et al. 2015)",
        element,
        magnitude,
        GLOBAL,
        new Iterative(3),
        keep,
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "back-to-front-magnitude",
        "smallest |w|, one layer per round from the last to the first",
        element,
        magnitude,
        LOCAL,
        new BackToFront(),
        keep,
        Floors.NONE);
    table.add(
        "std-threshold",
        "smallest |w| / σ of the layer, one threshold for the model (Han et al. 2015)",
        element,
        new StandardisedMagnitude(),
        GLOBAL);
    table.add(
        "erk-magnitude",
        "smallest |w| of each layer, by Erdős–Rényi-kernel densities (Evci et al. 2020)",
        element,
        magnitude,
        RankingScope.perLayer(ErdosRenyi.erk()),
        once,
        keep,
        Floors.NONE);
    table.add(
        "flops-magnitude",
        "smallest |w| of each layer, as many multiply-accumulates for every layer",
        element,
        magnitude,
        RankingScope.perLayer(new EqualMacs()));
    table.add(
        "magnitude-at-start",
        "smallest |w| of each layer before training",
        element,
        magnitude,
        LOCAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
    table.add(
        "random", "weights drawn at random, then fine-tuning", element, new RandomScore(), GLOBAL);
    table.add(
        "random-erk",
        "weights drawn at random, layers by their Erdős–Rényi-kernel densities (Evci et al. 2020)",
        element,
        new RandomScore(),
        RankingScope.perLayer(ErdosRenyi.erk()),
        once,
        keep,
        Floors.NONE);
    table.add(
        "random-at-start",
        "weights drawn at random before training",
        element,
        new RandomScore(),
        GLOBAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
  }
}
