package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.nn.Names;
import dev.espalier.prune.budget.EqualMacs;
import dev.espalier.prune.budget.ErdosRenyi;
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
import dev.espalier.prune.structure.BlockStructure;
import dev.espalier.prune.structure.BranchStructure;
import dev.espalier.prune.structure.ColumnVectorStructure;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterShapeStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.HeadStructure;
import dev.espalier.prune.structure.InputChannelStructure;
import dev.espalier.prune.structure.KernelStructure;
import dev.espalier.prune.structure.LastChannelStructure;
import dev.espalier.prune.structure.MaxoutStructure;
import dev.espalier.prune.structure.NeuronStructure;
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
        GLOBAL);
    add(
        "layer-magnitude",
        "smallest |w| of each layer, then fine-tuning (Han et al. 2015)",
        element,
        magnitude,
        LOCAL);
    add(
        "global-gradient",
        "smallest |w ∂L/∂w| of the whole model, then fine-tuning (Blalock et al. 2020)",
        element,
        gradient,
        GLOBAL);
    add(
        "layer-gradient",
        "smallest |w ∂L/∂w| of each layer, then fine-tuning (Blalock et al. 2020)",
        element,
        gradient,
        LOCAL);
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
        LOCAL);
    add(
        "filter-greedy",
        "as filter-magnitude, front to back without the kernels over maps just pruned",
        new FilterStructure(true),
        magnitude,
        LOCAL);
    add(
        "nm-2:4",
        "the 2 largest |w| of every 4 neighbours, then fine-tuning (Mishra et al. 2021)",
        new NmStructure(new Granularity.NOfM(2, 4)),
        magnitude,
        LOCAL);
    add(
        "nm-2:4x4",
        "as nm-2:4, with one pattern for each 4 rows, ranked by the sums of their |w|",
        new NmStructure(new Granularity.NOfM(2, 4, 4)),
        magnitude,
        LOCAL);
    add("random", "weights drawn at random, then fine-tuning", element, new RandomScore(), GLOBAL);
    add(
        "random-erk",
        "weights drawn at random, layers by their Erdős–Rényi-kernel densities (Evci et al. 2020)",
        element,
        new RandomScore(),
        RankingScope.perLayer(ErdosRenyi.erk()),
        once,
        keep,
        Floors.NONE);
    add(
        "erk-magnitude",
        "smallest |w| of each layer, by Erdős–Rényi-kernel densities (Evci et al. 2020)",
        element,
        magnitude,
        RankingScope.perLayer(ErdosRenyi.erk()),
        once,
        keep,
        Floors.NONE);
    add(
        "flops-magnitude",
        "smallest |w| of each layer, as many multiply-accumulates for every layer",
        element,
        magnitude,
        RankingScope.perLayer(new EqualMacs()));
    add(
        "std-threshold",
        "smallest |w| / σ of the layer, one threshold for the model (Han et al. 2015)",
        element,
        new StandardisedMagnitude(),
        GLOBAL);
    add(
        "snip",
        "smallest connection sensitivity of the model (Lee et al. 2019, before training)",
        element,
        new Snip(),
        GLOBAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
    add(
        "grasp",
        "weights whose loss harms gradient flow least (Wang et al. 2020, before training)",
        element,
        new Grasp(),
        GLOBAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
    add(
        "synflow",
        "smallest synaptic flow, without data (Tanaka et al. 2020, before training)",
        element,
        new SynFlow(),
        GLOBAL,
        new AtInitialisation(100),
        keep,
        Floors.NONE);
    add(
        "obd",
        "smallest ½ h w², Gauss-Newton diagonal of the model (LeCun et al. 1990)",
        element,
        new OptimalBrainDamage(),
        GLOBAL,
        once,
        keep,
        Floors.NONE);
    add(
        "obd-full",
        "as obd, with the second derivatives of activations (LeCun et al. 1990)",
        element,
        new OptimalBrainDamage(false),
        GLOBAL,
        once,
        keep,
        Floors.NONE);
    add(
        "obd-hessian",
        "as obd, with the exact Hessian's diagonal by random probes",
        element,
        new HessianDiagonal(),
        GLOBAL,
        once,
        keep,
        Floors.NONE);
    add(
        "taylor-weight",
        "smallest (w ∂L/∂w)² of the model (P. Molchanov et al. 2019)",
        element,
        new TaylorWeight(),
        GLOBAL);
    add(
        "movement",
        "weights that training moved least away from zero (Sanh et al. 2020)",
        element,
        new Movement(),
        GLOBAL,
        new Cubic(0.1, 0.6, 100),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "correlation",
        "least correlated connections of each layer, drawn with λ = 0.75 (Sun et al. 2016)",
        element,
        Correlation.stochastic(),
        LOCAL,
        once,
        keep,
        Floors.NONE);
    add(
        "correlation-ranked",
        "as correlation, the least correlated without a draw",
        element,
        Correlation.ranked(),
        LOCAL,
        once,
        keep,
        Floors.NONE);
    add(
        "taylor",
        "channels of smallest first-order effect on the loss (P. Molchanov et al. 2016)",
        filter,
        new TaylorActivation(),
        GLOBAL);
    add(
        "taylor-flops",
        "as taylor, less 1e-3 a MFLOP that goes with the channel",
        filter,
        new TaylorActivation(1e-3),
        GLOBAL);
    add(
        "apoz",
        "channels with most zeros behind their ReLU, in rounds (Hu et al. 2016)",
        filter,
        new Apoz(),
        LOCAL,
        new Iterative(4),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "activation-mean",
        "channels of smallest mean activation in each layer",
        filter,
        new ActivationMean(),
        LOCAL);
    add(
        "activation-variance",
        "channels of smallest activation variance in each layer",
        filter,
        new ActivationVariance(),
        LOCAL);
    add(
        "bn-scale",
        "channels of smallest normalisation scale (Liu et al. 2017)",
        filter,
        new BatchNormScale(),
        GLOBAL);
    add(
        "grad-cam",
        "channels of least Grad-CAM importance in each layer (after Selvaraju et al. 2017)",
        filter,
        new GradCam(),
        LOCAL);
    add(
        "cam",
        "channels before the classifier of least class-activation importance (after B. Zhou et al."
            + " 2016)",
        new LastChannelStructure(),
        new Cam(),
        LOCAL);
    add(
        "maxout-wins",
        "maxout neurons that are least often the largest, in rounds (Moya Rueda et al. 2017)",
        new MaxoutStructure(),
        new MaxoutWins(),
        LOCAL,
        new Iterative(3),
        keep,
        Floors.NONE);
    add(
        "class-entropy",
        "channels that answer to all classes alike, in each layer",
        filter,
        new ClassActivationEntropy(),
        LOCAL);
    add(
        "filter-l2",
        "filters of smallest L2 norm with all that hangs on them (Li et al. 2016)",
        filter,
        new SquaredMagnitude(),
        LOCAL);
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
        "two-slope-magnitude",
        "|w| below a limit of its layer that rises inside training with two slopes (Narang et al."
            + " 2017)",
        element,
        magnitude,
        LOCAL,
        new TwoSlope(),
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
        "filters of smallest L2 norm zeroed again and again, free to come back (He et al. 2018)",
        filter,
        new SquaredMagnitude(),
        LOCAL,
        new Soft(new Constant(0.05, 0.9, 100), Masking.ZEROED),
        keep,
        Floors.WHOLE_CLASSIFIER);
    add(
        "set",
        "sparse to sparse: small |w| dropped, others grown at random (Mocanu et al. 2018)",
        element,
        magnitude,
        RankingScope.perLayer(ErdosRenyi.erk()),
        new SparseEvolution(),
        keep,
        Floors.NONE);
    add(
        "rigl",
        "sparse to sparse: small |w| dropped, large gradients grown (Evci et al. 2020)",
        element,
        magnitude,
        RankingScope.perLayer(ErdosRenyi.erk()),
        new RigL(),
        keep,
        Floors.NONE);
    add(
        "random-at-start",
        "weights drawn at random before training",
        element,
        new RandomScore(),
        GLOBAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
    add(
        "magnitude-at-start",
        "smallest |w| of each layer before training",
        element,
        magnitude,
        LOCAL,
        new AtInitialisation(),
        keep,
        Floors.NONE);
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
        new Distilled(keep),
        Floors.WHOLE_CLASSIFIER);
    add(
        "vector-magnitude",
        "columns of 4 neighbouring outputs of smallest L1 norm (Elsen et al. 2020)",
        new ColumnVectorStructure(4),
        magnitude,
        LOCAL);
    add(
        "block-magnitude",
        "blocks of 4 × 4 of smallest L1 norm (Gray et al. 2017)",
        new BlockStructure(4, 4),
        magnitude,
        LOCAL);
    add(
        "kernel-magnitude",
        "2-D kernels of smallest L1 norm (Mao et al. 2017)",
        new KernelStructure(),
        magnitude,
        LOCAL);
    add(
        "filter-shape-magnitude",
        "places of all filters of a layer of smallest L1 norm (Wen et al. 2016)",
        new FilterShapeStructure(),
        magnitude,
        LOCAL);
    add(
        "input-channel-magnitude",
        "channels of smallest L1 norm where they are read (He et al. 2017)",
        new InputChannelStructure(),
        magnitude,
        LOCAL);
    add(
        "neuron-magnitude",
        "neurons of linear layers of smallest L1 norm, with all that hangs on them",
        new NeuronStructure(),
        magnitude,
        LOCAL);
    add(
        "head-magnitude",
        "attention heads of smallest L1 norm (after Michel et al. 2019)",
        new HeadStructure(),
        magnitude,
        LOCAL);
    add(
        "branch-magnitude",
        "residual branches of smallest L1 norm, which become the identity (Wen et al. 2016)",
        new BranchStructure(),
        magnitude,
        LOCAL);
  }

  private Methods() {}

  /** One shot on the trained network, fine-tuning of what is left, the classifier left alone. */
  private static void add(
      String name, String description, Structure structure, Scorer scorer, RankingScope scope) {
    add(
        name,
        description,
        structure,
        scorer,
        scope,
        new OneShot(),
        new Continue(),
        Floors.WHOLE_CLASSIFIER);
  }

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
