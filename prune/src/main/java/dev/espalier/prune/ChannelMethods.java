package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.score.ActivationMean;
import dev.espalier.prune.score.ActivationVariance;
import dev.espalier.prune.score.Apoz;
import dev.espalier.prune.score.BatchNormScale;
import dev.espalier.prune.score.Cam;
import dev.espalier.prune.score.ClassActivationEntropy;
import dev.espalier.prune.score.GradCam;
import dev.espalier.prune.score.MaxoutWins;
import dev.espalier.prune.score.TaylorActivation;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.LastChannelStructure;
import dev.espalier.prune.structure.MaxoutStructure;
import dev.espalier.prune.tune.Continue;

/** Channels and neurons by what activations and gradients say of them. */
final class ChannelMethods {
  private ChannelMethods() {}

  /** Adds them to the table. */
  static void addTo(MethodTable table) {
    var filter = new FilterStructure();
    var keep = new Continue();
    table.add(
        "taylor",
        "channels of smallest first-order effect on the loss (P. Molchanov et al. 2016)",
        filter,
        new TaylorActivation(),
        GLOBAL);
    table.add(
        "taylor-flops",
        "as taylor, less 1e-3 a MFLOP that goes with the channel",
        filter,
        new TaylorActivation(1e-3),
        GLOBAL);
    table.add(
        "apoz",
        "channels with most zeros behind their ReLU, in rounds (Hu et al. 2016)",
        filter,
        new Apoz(),
        LOCAL,
        new Iterative(4),
        keep,
        Floors.WHOLE_CLASSIFIER);
    table.add(
        "activation-mean",
        "channels of smallest mean activation in each layer",
        filter,
        new ActivationMean(),
        LOCAL);
    table.add(
        "activation-variance",
        "channels of smallest activation variance in each layer",
        filter,
        new ActivationVariance(),
        LOCAL);
    table.add(
        "bn-scale",
        "channels of smallest normalisation scale (Liu et al. 2017)",
        filter,
        new BatchNormScale(),
        GLOBAL);
    table.add(
        "grad-cam",
        "channels of least Grad-CAM importance in each layer (after Selvaraju et al. 2017)",
        filter,
        new GradCam(),
        LOCAL);
    table.add(
        "cam",
        "channels before the classifier of least class-activation importance (after B. Zhou et al."
            + " 2016)",
        new LastChannelStructure(),
        new Cam(),
        LOCAL);
    table.add(
        "class-entropy",
        "channels that answer to all classes alike, in each layer",
        filter,
        new ClassActivationEntropy(),
        LOCAL);
    table.add(
        "maxout-wins",
        "maxout neurons that are least often the largest, in rounds (Moya Rueda et al. 2017)",
        new MaxoutStructure(),
        new MaxoutWins(),
        LOCAL,
        new Iterative(3),
        keep,
        Floors.NONE);
  }
}
