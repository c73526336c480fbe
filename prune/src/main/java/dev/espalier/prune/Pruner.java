package dev.espalier.prune;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.prune.budget.SensitivityBudget;
import dev.espalier.prune.budget.Uniform;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Applies the structure, scorer and scope of a {@link Method} to a module: scores its groups,
 * chooses, and sets hard masks.
 *
 * <p>What was masked stays masked, so calling it again with a lower density prunes on, and with a
 * higher one does nothing. No layer becomes empty unless {@link #allowingEmptyLayers} was called.
 * PyTorch: {@code torch.nn.utils.prune} composed with {@code global_unstructured}.
 */
public final class Pruner {
  private final Module module;
  private final Method method;
  private final Scorer scorer;
  private final Tensor example;
  private final Generator generator;
  private final List<PrunableWeight> weights;
  private final List<GroupSet> sets;
  private final Layers layers;
  private final boolean[] guarded;
  private Budget measured;
  private ScoringData data;
  private ScoringListener listener = ScoringListener.NONE;
  private int least = 1;

  /**
   * A pruner of one module by one method.
   *
   * @param example an input of the module, one row is enough
   * @param generator the source of randomness, for random scores
   */
  public Pruner(Module module, Method method, Tensor example, Generator generator) {
    this.module = module;
    this.method = method;
    this.scorer = method.scorer() instanceof TrainingScorer s ? s.fresh() : method.scorer();
    this.example = example;
    this.generator = generator;
    this.weights = PrunableWeight.of(module);
    this.sets = method.structure().groups(module, example);
    this.layers = new Layers(module, weights, example);
    this.guarded = new boolean[sets.size()];
    if (method.structure().fixedDensity().isPresent()
        && method.scope() instanceof RankingScope.PerLayer(Budget budget)
        && !(budget instanceof Uniform)) {
      throw new IllegalArgumentException(
          "structure '%s' keeps the same share of every layer, so budget '%s' has nothing to share out; use scope 'local'"
              .formatted(method.structure().name(), budget.name()));
    }
    protecting(method.protect());
  }

  /** Gives scorers that need data something of the training set. */
  public Pruner withData(ScoringData source) {
    data = source;
    return this;
  }

  /** Follows scorers over their data. */
  public Pruner withListener(ScoringListener follower) {
    listener = follower;
    return this;
  }

  /**
   * Leaves the groups of some layers alone: all that these layers make stays, though a layer before
   * them may lose channels that they read.
   *
   * @param names of layers ({@code fc1}) or of their weights ({@code fc1.weight})
   * @throws IllegalArgumentException with the nearest known name if one is unknown
   */
  public Pruner protecting(Collection<String> names) {
    boolean[] named = layers.named(sets, Set.copyOf(names));
    for (int i = 0; i < named.length; i++) {
      guarded[i] |= named[i];
    }
    return this;
  }

  /**
   * Refuses, before anything is trained, a scorer that has nothing to say about some layers that
   * may be pruned.
   *
   * @param few some examples; what is in them does not matter
   * @throws IllegalArgumentException naming what the scorer ranks, and the layers without that
   */
  public void requireRanked(ScoringData few) {
    try (var _ = Scope.open("ranked layers")) {
      RankedLayers.require(
          method,
          open(),
          new ScoringContext(
              module, weights, example, few, ScoringListener.NONE, new Generator(0)));
    }
  }

  /** Lets layers lose all of their groups, which cuts the model there unless a shortcut remains. */
  public Pruner allowingEmptyLayers() {
    least = 0;
    return this;
  }

  /** What must listen to the training before the scorer can score; empty for most scorers. */
  public Optional<TrainingListener> observer() {
    return scorer instanceof TrainingScorer s ? Optional.of(s.listener()) : Optional.empty();
  }

  /** How many layers, or sets of layers tied together, may lose groups. */
  public int openLayers() {
    return open().size();
  }

  Module module() {
    return module;
  }

  /** Multiply-accumulates of one example by weights that are left. */
  double remainingMacs() {
    return layers.macs(Map.of());
  }

  private Chooser chooser() {
    return new Chooser(measured(), sets, guarded, layers, least);
  }

  private Reach reach() {
    return new Reach(method, () -> open().stream().map(layers::describe).toList(), this::masksAt);
  }

  private Map<Parameter, Mask> masksAt(List<Tensor> scores, double density) {
    Chooser chooser = chooser();
    return chooser.merged(chooser.choose(scores, density));
  }

  /** The method, with what has been measured in the place of a scope that is to be measured. */
  private Method measured() {
    if (!(method.scope() instanceof RankingScope.Sensitivity)) {
      return method;
    }
    if (measured == null) {
      measured =
          new SensitivityBudget(SensitivityAnalysis.of(this, SensitivityAnalysis.Listener.NONE));
    }
    return method.withScope(RankingScope.perLayer(measured));
  }

  /**
   * The share of the examples of its data that the module classifies rightly.
   *
   * @param what needs them, for messages and progress
   */
  double accuracy(String what) {
    if (data == null) {
      throw new IllegalStateException(
          "%s: needs data; give the pruner a sample of the training set".formatted(what));
    }
    long[] right = {0, 0};
    context()
        .forEachBatch(
            what,
            (inputs, targets) -> {
              try (var _ = Autograd.noGrad()) {
                Tensor best = Reduce.argmax(module.forward(Variable.of(inputs)).tensor());
                long[] labels = targets.toLongArray();
                long[] guesses = best.toLongArray();
                for (int i = 0; i < labels.length; i++) {
                  right[0] += labels[i] == guesses[i] ? 1 : 0;
                }
                right[1] += labels.length;
              }
            });
    return (double) right[0] / right[1];
  }

  Method method() {
    return method;
  }

  List<PrunableWeight> weights() {
    return weights;
  }

  /** The sets of groups, front to back. */
  List<GroupSet> sets() {
    return sets;
  }

  /** The sets that may lose groups, front to back. */
  List<GroupSet> open() {
    return new Chooser(method, sets, guarded, layers, least).open();
  }

  private ScoringContext context() {
    return new ScoringContext(module, weights, example, data, listener, generator);
  }

  /** The scores of the open sets; groups that do not live rank last. */
  List<Tensor> groupScores() {
    return groupScores(scorer);
  }

  private List<Tensor> groupScores(Scorer by) {
    ScoringContext context = context();
    return GroupScores.of(by.scores(context), open(), method, context);
  }

  /** Random scores for the groups of each open set; those that do not live rank last. */
  private List<Tensor> randomScores() {
    return groupScores(new RandomScore());
  }

  /** Random scores for the groups of each open set, whether they live or not. */
  List<Tensor> randomGrowth() {
    return ofGroups(new RandomScore().scores(context()));
  }

  /** What scores come to for the groups of each open set, whether they live or not. */
  List<Tensor> ofGroups(Score score) {
    return open().stream().map(set -> set.scores(score, method.aggregation())).toList();
  }

  /**
   * Prunes so that all parameters divided by the non-zero ones is {@code ratio}; by a structure of
   * fixed density, to within 10 % of it, and by densities given per layer, to within 1 %.
   *
   * @throws IllegalArgumentException if the ratio cannot be reached because of what is not prunable
   */
  public void pruneToRatio(double ratio) {
    try (var _ = Scope.open("pruning")) {
      List<Tensor> scores = groupScores();
      apply(chosen(scores, reach().density(Target.parameters(module, ratio), scores), _ -> true));
    }
  }

  /**
   * Prunes so that all multiply-accumulates divided by those of non-zero weights is {@code ratio}:
   * a budget of arithmetic instead of parameters.
   *
   * @throws IllegalArgumentException if the ratio cannot be reached because of what is not prunable
   */
  public void pruneToSpeedup(double ratio) {
    try (var _ = Scope.open("pruning")) {
      List<Tensor> scores = groupScores();
      apply(chosen(scores, reach().density(Target.macs(layers, ratio), scores), _ -> true));
    }
  }

  /**
   * The density of groups at which the whole model has {@code parameters / ratio} non-zero
   * parameters left.
   *
   * <p>What may not be pruned counts as kept. The count falls with the density, so the density is
   * found by bisection over the actual masks.
   */
  public double densityFor(double ratio) {
    Target target = Target.parameters(module, ratio);
    try (var _ = Scope.open("density")) {
      return reach().density(target, groupScores());
    }
  }

  /** The same for multiply-accumulates, those of the whole model over those that are left. */
  public double densityForSpeedup(double ratio) {
    Target target = Target.macs(layers, ratio);
    try (var _ = Scope.open("density")) {
      return reach().density(target, groupScores());
    }
  }

  /**
   * Refuses a ratio that {@link #pruneToRatio} would refuse, without looking for the density.
   *
   * @throws IllegalArgumentException if the ratio cannot be reached because of what is not prunable
   */
  public void requireReachable(double ratio) {
    try (var _ = Scope.open("reachable")) {
      reach().require(Target.parameters(module, ratio), groupScores());
    }
  }

  /**
   * Refuses a speed-up that {@link #pruneToSpeedup} would refuse.
   *
   * @throws IllegalArgumentException if it cannot be reached because of what is not prunable
   */
  public void requireReachableSpeedup(double ratio) {
    try (var _ = Scope.open("reachable")) {
      reach().require(Target.macs(layers, ratio), groupScores());
    }
  }

  /**
   * Refuses a density that {@link #pruneToDensity(double)} would refuse.
   *
   * @throws IllegalArgumentException if structure or budget know another one only, or layers that
   *     are none
   */
  void requireReachableDensity(double density) {
    reach().requireBudget(density);
  }

  /** The only density that structure or budget allow, if one of them does so. */
  OptionalDouble fixedDensity() {
    return reach().fixedDensity();
  }

  /** Prunes to a share of the groups that may be pruned; what was pruned before stays pruned. */
  public void pruneToDensity(double density) {
    pruneToDensity(density, _ -> true);
  }

  /**
   * As {@link #pruneToDensity(double)}, in some layers only.
   *
   * @param open whether to prune in a layer, counted from the front of the model
   */
  public void pruneToDensity(double density, IntPredicate open) {
    reach().check(density);
    try (var _ = Scope.open("pruning")) {
      apply(chosen(groupScores(), density, open));
    }
  }

  /**
   * As {@link #pruneToDensity(double)}, with a mask that may let weights come back: what earlier
   * soft masks hid takes part in the choice.
   *
   * <p>A soft choice of channels touches the rows that make them and nothing that hangs on them, so
   * that the gradient finds its way back.
   */
  public void pruneToDensity(double density, Masking masking) {
    reach().check(density);
    SoftMasks.remove(weights);
    try (var _ = Scope.open("pruning")) {
      List<Mask> kept = chosen(groupScores(), density, _ -> true);
      if (masking == Masking.HARD) {
        apply(kept);
      } else {
        SoftMasks.set(sets, kept, masking);
      }
    }
  }

  /** Ends soft pruning: what is hidden takes part in the next choice. */
  void bringBackHidden() {
    SoftMasks.remove(weights);
  }

  /**
   * Prunes an unmasked model to a density at random, as sparse training starts; who competes with
   * whom is the method's business as ever.
   */
  public void pruneAtRandom(double density) {
    reach().check(density);
    try (var _ = Scope.open("pruning")) {
      apply(chooser().choose(randomScores(), density));
    }
  }

  /**
   * As {@link #pruneAtRandom(double)}, to a density per layer; protected layers stay whole.
   *
   * @param densities one for each of the structure's sets, front to back
   */
  public void pruneAtRandom(double... densities) {
    if (densities.length != sets.size()) {
      throw new IllegalArgumentException(
          "densities: %d are given but the model has %d layers to prune: %s"
              .formatted(
                  densities.length, sets.size(), sets.stream().map(GroupSet::name).toList()));
    }
    for (double density : densities) {
      Reach.checkRange(density);
    }
    double[] open =
        IntStream.range(0, densities.length)
            .filter(i -> !guarded[i])
            .mapToDouble(i -> densities[i])
            .toArray();
    try (var _ = Scope.open("pruning")) {
      apply(chooser().withGuarded(Selection.local(randomScores(), open, chooser().least(open()))));
    }
  }

  /**
   * Masks of groups for all sets.
   *
   * @param scores of the open sets
   * @param only which sets may lose groups now, by their place among all
   */
  private List<Mask> chosen(List<Tensor> scores, double density, IntPredicate only) {
    if (method.structure().greedy()) {
      ScoringContext context = context();
      return chooser().chooseGreedily(scorer.scores(context), context, density, only);
    }
    List<Mask> kept = new ArrayList<>(chooser().choose(scores, density));
    for (int i = 0; i < kept.size(); i++) {
      if (!only.test(i)) {
        kept.set(i, Mask.ones(kept.get(i).shape()));
      }
    }
    return kept;
  }

  /**
   * Prunes what scores below a threshold of its layer, whatever share that is.
   *
   * <p>With the scorer of |w| / σ these are Han's quality parameters. Layers without a threshold
   * are left alone.
   *
   * @param thresholds by name of layer or weight
   * @throws IllegalArgumentException with the nearest known name if one is unknown
   */
  public void pruneBelow(Map<String, Double> thresholds) {
    prune(Threshold.named(thresholds, names -> layers.named(sets, names), sets));
  }

  /**
   * As {@link #pruneBelow(Map)}, by open sets.
   *
   * @param thresholds one for each of {@link #open}
   */
  void pruneBelow(double... thresholds) {
    prune(Threshold.each(open(), thresholds));
  }

  /** Of each open set, the smallest score that stays at a density; minus infinity where all do. */
  double[] smallestKept(double density) {
    try (var _ = Scope.open("smallest scores")) {
      return chooser().smallestKept(groupScores(), density);
    }
  }

  /**
   * Prunes what scores below {@code mean - deviations σ} of its layer, over the groups still alive:
   * the rule of H. Hu et al., Network Trimming (2016), with the share of non-zeros as score.
   */
  public void pruneOutliers(double deviations) {
    prune(Threshold.outliers(deviations));
  }

  private void prune(Threshold threshold) {
    if (method.structure().fixedDensity().isPresent() || method.structure().greedy()) {
      throw new IllegalArgumentException(
          "threshold: method '%s' keeps a share of the weights of each layer, whatever they score; use another structure than '%s'"
              .formatted(method.name(), method.structure().name()));
    }
    try (var _ = Scope.open("pruning")) {
      List<GroupSet> open = open();
      List<Tensor> scores = groupScores();
      List<Mask> kept = new ArrayList<>();
      for (int i = 0; i < open.size(); i++) {
        Tensor score = scores.get(i);
        kept.add(
            Selection.atLeast(score, threshold.of(open.get(i), score), open.get(i).least(least)));
      }
      apply(chooser().withGuarded(kept));
    }
  }

  private void apply(List<Mask> kept) {
    chooser()
        .merged(kept)
        .forEach(
            (parameter, mask) -> {
              if (mask.kept() < mask.size()) {
                parameter.setMask(mask, Parameter.MaskMode.HARD);
              } else {
                parameter.clearMask();
              }
            });
  }
}
