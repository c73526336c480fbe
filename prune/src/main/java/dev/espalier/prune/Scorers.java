package dev.espalier.prune;

import dev.espalier.prune.score.ActivationMean;
import dev.espalier.prune.score.ActivationVariance;
import dev.espalier.prune.score.Apoz;
import dev.espalier.prune.score.BatchNormScale;
import dev.espalier.prune.score.Cam;
import dev.espalier.prune.score.ClassActivationEntropy;
import dev.espalier.prune.score.Correlation;
import dev.espalier.prune.score.GradCam;
import dev.espalier.prune.score.GradientTimesWeight;
import dev.espalier.prune.score.Grasp;
import dev.espalier.prune.score.HessianDiagonal;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.MaxoutWins;
import dev.espalier.prune.score.Movement;
import dev.espalier.prune.score.OptimalBrainDamage;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.score.Snip;
import dev.espalier.prune.score.SquaredMagnitude;
import dev.espalier.prune.score.StandardisedMagnitude;
import dev.espalier.prune.score.SynFlow;
import dev.espalier.prune.score.TaylorActivation;
import dev.espalier.prune.score.TaylorWeight;

/** The scorers by name, one line each. */
public final class Scorers {
  private static final Registry<Scorer> ALL =
      new Registry<Scorer>("scorer")
          .with("magnitude", "|w| (Han et al. 2015)", Magnitude::new)
          .with("magnitude-l2", "w² (Li et al. 2016)", SquaredMagnitude::new)
          .with(
              "std-threshold",
              "|w| over the standard deviation of its layer (Han et al. 2015)",
              StandardisedMagnitude::new)
          .with("gradient", "|w ∂L/∂w| (Mozer and Smolensky 1989)", GradientTimesWeight::new)
          .with("snip", "its share in the sum over the model (Lee et al. 2019)", Snip::new)
          .with("grasp", "w H g, what gradient flow loses (Wang et al. 2020)", Grasp::new)
          .with(
              "synflow",
              "products of |w| along all paths, without data (Tanaka et al. 2020)",
              SynFlow::new)
          .with(
              "taylor-weight",
              "(w ∂L/∂w)², averaged over batches (P. Molchanov et al. 2019)",
              TaylorWeight::new)
          .with(
              "taylor",
              "of channels: |z ∂L/∂z| of their activations (P. Molchanov et al. 2016)",
              TaylorActivation::new)
          .with(
              "taylor-flops",
              "the same less 1e-3 a MFLOP that goes with the channel",
              () -> new TaylorActivation(1e-3))
          .with(
              "obd",
              "½ h w², Gauss-Newton diagonal of the Hessian (LeCun et al. 1990)",
              OptimalBrainDamage::new)
          .with(
              "obd-full",
              "the same with the second derivatives of activations",
              () -> new OptimalBrainDamage(false))
          .with(
              "hessian",
              "½ H w², the Hessian's diagonal by random probes (after Bekas et al. 2007)",
              HessianDiagonal::new)
          .with(
              "hessian-exact",
              "the same exactly, one backward pass per weight",
              () -> new HessianDiagonal(0))
          .with("apoz", "of channels: how often they are not zero (Hu et al. 2016)", Apoz::new)
          .with("activation-mean", "of channels: their mean activation", ActivationMean::new)
          .with(
              "activation-variance",
              "of channels: the variance of their activation",
              ActivationVariance::new)
          .with(
              "maxout-wins",
              "of neurons: how often they are the largest (Moya Rueda et al. 2017)",
              MaxoutWins::new)
          .with(
              "correlation", "|r| of what a weight connects (Sun et al. 2016)", Correlation::ranked)
          .with(
              "correlation-draw",
              "drawn, three quarters from the stronger half of |r| (Sun et al. 2016)",
              Correlation::stochastic)
          .with(
              "bn-scale",
              "of channels: |γ| of their batch normalisation (Liu et al. 2017)",
              BatchNormScale::new)
          .with(
              "movement",
              "-Σ w ∂L/∂w over the training steps before (Sanh et al. 2020)",
              Movement::new)
          .with(
              "cam",
              "of the last channels: class activation maps (after B. Zhou et al. 2016)",
              Cam::new)
          .with(
              "grad-cam",
              "of channels: their gradient-weighted share of the class (after Selvaraju et al."
                  + " 2017)",
              GradCam::new)
          .with(
              "class-entropy",
              "of channels: how few classes they answer to",
              ClassActivationEntropy::new)
          .with("random", "independent uniform numbers", RandomScore::new);

  private Scorers() {}

  /** All of them. */
  public static Registry<Scorer> all() {
    return ALL;
  }
}
