package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.prune.budget.ErdosRenyi;
import dev.espalier.prune.schedule.Constant;
import dev.espalier.prune.schedule.Cosine;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.Exponential;
import dev.espalier.prune.schedule.Linear;
import dev.espalier.prune.schedule.RateTied;
import dev.espalier.prune.schedule.RigL;
import dev.espalier.prune.schedule.Soft;
import dev.espalier.prune.schedule.SparseEvolution;
import dev.espalier.prune.schedule.TwoSlope;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.SquaredMagnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.tune.Continue;

/**
 * Single weights and filters pruned while the network trains, and networks that are sparse from
 * start to end.
 */
final class GradualMethods {
  private GradualMethods() {}

  /** Adds them to the table. */
  static void addTo(MethodTable table) {
    var floors = new Floors(0.5, 0.25);
    var element = new ElementStructure();
    var filter = new FilterStructure();
    var magnitude = new Magnitude();
    var keep = new Continue();
    table.add(
        "gradual-magnitude",
        "smallest |w| of each layer, cubic schedule inside training (Zhu and Gupta 2017)",
        element,
        magnitude,
        LOCAL,
        new Cubic(0.1, 0.6, 100),
        keep,
        floors);
    table.add(
        "linear-magnitude",
        "as gradual-magnitude, the same number of weights at every step",
        element,
        magnitude,
        LOCAL,
        new Linear(0.1, 0.6, 100),
        keep,
        floors);
    table.add(
        "exponential-magnitude",
        "as gradual-magnitude, the same share of the rest at every step",
        element,
        magnitude,
        LOCAL,
        new Exponential(0.1, 0.6, 100),
        keep,
        floors);
    table.add(
        "cosine-magnitude",
        "as gradual-magnitude, along half a cosine",
        element,
        magnitude,
        LOCAL,
        new Cosine(0.1, 0.6, 100),
        keep,
        floors);
    table.add(
        "rate-tied-magnitude",
        "as gradual-magnitude, fewer weights per step as the learning rate falls",
        element,
        magnitude,
        LOCAL,
        new RateTied(0.1, 0.9, 100),
        keep,
        floors);
    table.add(
        "two-slope-magnitude",
        "|w| below a limit of its layer that rises inside training with two slopes (Narang et al."
            + " 2017)",
        element,
        magnitude,
        LOCAL,
        new TwoSlope(),
        keep,
        floors);
    table.add(
        "soft-magnitude",
        "as gradual-magnitude, but pruned weights live on and may come back until the end",
        element,
        magnitude,
        LOCAL,
        new Soft(new Cubic(0.1, 0.6, 100), Masking.HIDDEN),
        keep,
        floors);
    table.add(
        "soft-filter",
        "filters of smallest L2 norm zeroed again and again, free to come back (He et al. 2018)",
        filter,
        new SquaredMagnitude(),
        LOCAL,
        new Soft(new Constant(0.05, 0.9, 100), Masking.ZEROED),
        keep,
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "set",
        "sparse to sparse: small |w| dropped, others grown at random (Mocanu et al. 2018)",
        element,
        magnitude,
        RankingScope.perLayer(ErdosRenyi.erk()),
        new SparseEvolution(),
        keep,
        Floors.NONE);
    table.add(
        "rigl",
        "sparse to sparse: small |w| dropped, large gradients grown (Evci et al. 2020)",
        element,
        magnitude,
        RankingScope.perLayer(ErdosRenyi.erk()),
        new RigL(),
        keep,
        Floors.NONE);
  }
}
