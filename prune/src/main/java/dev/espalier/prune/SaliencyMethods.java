package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.prune.schedule.AtInitialisation;
import dev.espalier.prune.schedule.BackToFront;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.Correlation;
import dev.espalier.prune.score.GradientTimesWeight;
import dev.espalier.prune.score.Grasp;
import dev.espalier.prune.score.HessianDiagonal;
import dev.espalier.prune.score.Movement;
import dev.espalier.prune.score.OptimalBrainDamage;
import dev.espalier.prune.score.Snip;
import dev.espalier.prune.score.SynFlow;
import dev.espalier.prune.score.TaylorWeight;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Length;
import dev.espalier.prune.tune.Reinitialise;

/** Single weights by what the loss, its derivatives or activations say of them. */
final class SaliencyMethods {
  private SaliencyMethods() {}

  /** Adds them to the table. */
  static void addTo(MethodTable table) {
    var element = new ElementStructure();
    var gradient = new GradientTimesWeight();
    var once = new OneShot();
    var keep = new Continue();
    table.add(
        "global-gradient",
        "smallest |w ∂L/∂w| of the whole model, then fine-tuning (Blalock et al. 2020)",
        element,
        gradient,
        GLOBAL);
    table.add(
        "layer-gradient",
        "smallest |w ∂L/∂w| of each layer, then fine-tuning (Blalock et al. 2020)",
        element,
        gradient,
        LOCAL);
    table.add(
        "snip",
        "smallest connection sensitivity of the model (Lee et al. 2019, before training)",
        element,
        new Snip(),
        GLOBAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
    table.add(
        "snip-redrawn",
        "the masks of snip, weights drawn anew under them, as the authors' code does",
        element,
        new Snip(),
        GLOBAL,
        new AtInitialisation(),
        new Reinitialise(Length.GRANTED),
        Floors.NONE);
    table.add(
        "grasp",
        "weights whose loss harms gradient flow least (Wang et al. 2020, before training)",
        element,
        new Grasp(),
        GLOBAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
    table.add(
        "synflow",
        "smallest synaptic flow, without data (Tanaka et al. 2020, before training)",
        element,
        new SynFlow(),
        GLOBAL,
        new AtInitialisation(100),
        keep,
        Floors.NONE);
    table.add(
        "obd",
        "smallest ½ h w², Gauss-Newton diagonal of the model (LeCun et al. 1990)",
        element,
        new OptimalBrainDamage(),
        GLOBAL,
        once,
        keep,
        Floors.NONE);
    table.add(
        "obd-full",
        "as obd, with the second derivatives of activations (LeCun et al. 1990)",
        element,
        new OptimalBrainDamage(false),
        GLOBAL,
        once,
        keep,
        Floors.NONE);
    table.add(
        "obd-hessian",
        "as obd, with the exact Hessian's diagonal by random probes",
        element,
        new HessianDiagonal(),
        GLOBAL,
        once,
        keep,
        Floors.NONE);
    table.add(
        "taylor-weight",
        "smallest (w ∂L/∂w)² of the model (P. Molchanov et al. 2019)",
        element,
        new TaylorWeight(),
        GLOBAL);
    table.add(
        "movement",
        "weights that training moved least away from zero (Sanh et al. 2020)",
        element,
        new Movement(),
        GLOBAL,
        new Cubic(0.1, 0.6, 100),
        keep,
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "correlation",
        "least correlated connections, last layer first, drawn with λ = 0.75 (Sun et al. 2016)",
        element,
        Correlation.stochastic(),
        LOCAL,
        new BackToFront(),
        keep,
        Floors.NONE);
    table.add(
        "correlation-ranked",
        "least correlated connections of all layers at once, without a draw",
        element,
        Correlation.ranked(),
        LOCAL,
        once,
        keep,
        Floors.NONE);
  }
}
