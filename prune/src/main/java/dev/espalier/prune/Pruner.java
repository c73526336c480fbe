package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;

/**
 * Applies the structure, scorer and scope of a {@link Method} to a module: scores its groups,
 * chooses, and sets hard masks.
 *
 * <p>What was masked stays masked, so calling it again with a lower density prunes on, and with a
 * higher one does nothing. PyTorch: {@code torch.nn.utils.prune} composed with {@code
 * global_unstructured}.
 */
public final class Pruner {
  /** Halvings of [0, 1], enough to tell a billion groups apart. */
  private static final int BISECTIONS = 30;

  /** How far from the ratio asked for a structure of fixed density may end. */
  private static final double FIXED_TOLERANCE = 0.1;

  private static final double FIXED_ROUNDING = 1e-9;

  private final Module module;
  private final Method method;
  private final Generator generator;
  private final List<PrunableWeight> weights;
  private final List<GroupSet> sets;
  private ScoringContext.Sample sample;

  /**
   * A pruner of one module by one method.
   *
   * @param example an input of the module, one row is enough
   * @param generator the source of randomness, for random scores
   */
  public Pruner(Module module, Method method, Tensor example, Generator generator) {
    this.module = module;
    this.method = method;
    this.generator = generator;
    this.weights = PrunableWeight.of(module);
    this.sets = method.structure().groups(module, example);
  }

  /** Gives scorers that need data a sample of the training set. */
  public Pruner withSample(ScoringContext.Sample data) {
    sample = data;
    return this;
  }

  /**
   * Prunes so that all parameters divided by the non-zero ones is {@code ratio}; by a structure of
   * fixed density, to within 10 % of it.
   *
   * @throws IllegalArgumentException if the ratio cannot be reached because of what is not prunable
   */
  public void pruneToRatio(double ratio) {
    try (var _ = Scope.open("pruning")) {
      List<Tensor> scores = groupScores();
      apply(choose(scores, densityFor(ratio, scores)));
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
    try (var _ = Scope.open("density")) {
      return densityFor(ratio, groupScores());
    }
  }

  /**
   * Refuses a ratio that {@link #pruneToRatio} would refuse, without looking for the density.
   *
   * @throws IllegalArgumentException if the ratio cannot be reached because of what is not prunable
   */
  public void requireReachable(double ratio) {
    try (var _ = Scope.open("reachable")) {
      requireReachable(ratio, groupScores());
    }
  }

  private void requireReachable(double ratio, List<Tensor> scores) {
    if (!(ratio >= 1)) {
      throw new IllegalArgumentException("compression ratio: must be at least 1 but is " + ratio);
    }
    long total = parameters();
    OptionalDouble fixed = method.structure().fixedDensity();
    if (fixed.isPresent()) {
      double reached = (double) total / keptParameters(choose(scores, fixed.getAsDouble()));
      if (Math.abs(reached / ratio - 1) > FIXED_TOLERANCE) {
        throw new IllegalArgumentException(
            "compression ratio %s: method '%s' reaches %.2f here and nothing else; ask for that"
                .formatted(ratio, method.name(), reached));
      }
      return;
    }
    long least = keptParameters(choose(scores, 0));
    if (least > total / ratio * 1.01 + 1) {
      throw new IllegalArgumentException(
          "compression ratio %s: method '%s' can reach at most %.2f here, because %d of %d parameters must stay"
              .formatted(ratio, method.name(), (double) total / least, least, total));
    }
  }

  private long parameters() {
    return module.parameters().stream().mapToLong(p -> p.tensor().size()).sum();
  }

  private double densityFor(double ratio, List<Tensor> scores) {
    requireReachable(ratio, scores);
    OptionalDouble fixed = method.structure().fixedDensity();
    if (fixed.isPresent()) {
      return fixed.getAsDouble();
    }
    double wanted = parameters() / ratio;
    double low = 0;
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (keptParameters(choose(scores, middle)) > wanted) {
        high = middle;
      } else {
        low = middle;
      }
    }
    double above = keptParameters(choose(scores, high)) - wanted;
    double below = wanted - keptParameters(choose(scores, low));
    return above < below ? high : low;
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
    checkDensity(density);
    try (var _ = Scope.open("pruning")) {
      List<Mask> kept = new ArrayList<>(choose(groupScores(), density));
      for (int i = 0; i < kept.size(); i++) {
        if (!open.test(i)) {
          kept.set(i, Mask.ones(kept.get(i).shape()));
        }
      }
      apply(kept);
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
    checkDensity(density);
    showHidden();
    try (var _ = Scope.open("pruning")) {
      List<Mask> kept = choose(groupScores(), density);
      if (masking == Masking.HARD) {
        apply(kept);
      } else {
        makers(kept).forEach((parameter, mask) -> soften(parameter, mask, masking));
      }
    }
  }

  private void showHidden() {
    for (PrunableWeight weight : weights) {
      Parameter parameter = weight.parameter();
      if (parameter.mask() != null && parameter.maskMode() == Parameter.MaskMode.SOFT) {
        parameter.clearMask();
        parameter.setDenseGradient(false);
      }
    }
  }

  private static void soften(Parameter parameter, Mask mask, Masking masking) {
    if (mask.kept() == mask.size()) {
      return;
    }
    if (parameter.mask() != null) {
      throw new IllegalStateException(
          "soft pruning: a weight of shape %s has a hard mask, under which nothing comes back; clear it first"
              .formatted(parameter.shape()));
    }
    if (masking == Masking.ZEROED) {
      mask.applyInPlace(parameter.tensor());
    } else {
      parameter.setMask(mask, Parameter.MaskMode.SOFT);
      parameter.setDenseGradient(true);
    }
  }

  /** Of each set, the masks of the weights that make its groups: whole rows, or all it touches. */
  private Map<Parameter, Mask> makers(List<Mask> kept) {
    Map<Parameter, Mask> masks = new LinkedHashMap<>();
    for (int i = 0; i < sets.size(); i++) {
      Map<Parameter, Mask> touched = sets.get(i).masks(kept.get(i));
      touched.forEach(
          (parameter, mask) -> {
            boolean rows =
                parameter.shape().rank() > 1
                    && mask.isConstantPerGroup(new Granularity.Filter())
                    && mask.kept() > 0;
            if (touched.size() == 1 || rows) {
              masks.merge(parameter, mask, Mask::and);
            }
          });
    }
    return masks;
  }

  /**
   * Prunes an unmasked model to a density at random, as sparse training starts; who competes with
   * whom is the method's business as ever.
   */
  public void pruneAtRandom(double density) {
    checkDensity(density);
    try (var _ = Scope.open("pruning")) {
      apply(choose(randomScores(), density));
    }
  }

  /**
   * As {@link #pruneAtRandom(double)}, to a density per layer.
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
      checkRange(density);
    }
    try (var _ = Scope.open("pruning")) {
      apply(Selection.local(randomScores(), densities));
    }
  }

  /** The sets of groups, front to back. */
  List<GroupSet> sets() {
    return sets;
  }

  List<PrunableWeight> weights() {
    return weights;
  }

  /** Lets exactly these groups live, also some that did not. */
  void keep(List<Mask> kept) {
    for (int i = 0; i < sets.size(); i++) {
      if (!kept.get(i).equals(sets.get(i).alive())) {
        sets.get(i)
            .masks(kept.get(i))
            .forEach((parameter, mask) -> parameter.setMask(mask, Parameter.MaskMode.HARD));
      }
    }
  }

  /** Refuses a structure whose groups cannot come back one by one. */
  void requireRegrowth(String schedule) {
    if (method.structure().fixedDensity().isPresent()) {
      throw new IllegalArgumentException(
          "schedule '%s': structure '%s' fixes which weights compete, so none can move elsewhere; use another structure"
              .formatted(schedule, method.structure().name()));
    }
    for (GroupSet set : sets) {
      int touched = set.masks(Mask.ones(Shape.of(set.count()))).size();
      if (touched > 1) {
        throw new IllegalArgumentException(
            "schedule '%s': a group of '%s' by structure '%s' spreads over %d parameters, all zero when it grows, so that no gradient would ever reach it; use groups inside one weight"
                .formatted(schedule, set.name(), method.structure().name(), touched));
      }
    }
  }

  private void checkDensity(double density) {
    checkRange(density);
    double fixed = method.structure().fixedDensity().orElse(density);
    if (Math.abs(density - fixed) > FIXED_ROUNDING) {
      throw new IllegalArgumentException(
          "density %s: method '%s' keeps %s of the weights and nothing else; ask for that"
              .formatted(density, method.name(), fixed));
    }
  }

  private static void checkRange(double density) {
    if (!(density >= 0 && density <= 1)) {
      throw new IllegalArgumentException("density: must lie in [0, 1] but is " + density);
    }
  }

  private void apply(List<Mask> kept) {
    merged(kept)
        .forEach(
            (parameter, mask) -> {
              if (mask.kept() < mask.size()) {
                parameter.setMask(mask, Parameter.MaskMode.HARD);
              } else {
                parameter.clearMask();
              }
            });
  }

  /** The scores of the groups of each set; those that do not live rank last. */
  List<Tensor> groupScores() {
    return groupScores(method.scorer());
  }

  /** Random scores for the groups of each set; those that do not live rank last. */
  private List<Tensor> randomScores() {
    return groupScores(new RandomScore());
  }

  /** Random scores for the groups of each set, whether they live or not. */
  List<Tensor> randomGrowth() {
    return ofGroups(new RandomScore().scores(context()));
  }

  private ScoringContext context() {
    return new ScoringContext(module, weights, sample, generator);
  }

  private List<Tensor> groupScores(Scorer scorer) {
    Map<String, Tensor> elements = scorer.scores(context());
    Map<String, Tensor> ranked = new LinkedHashMap<>();
    for (PrunableWeight weight : weights) {
      Tensor score = elements.get(weight.name());
      checkNumbers(scorer, weight.name(), score);
      Mask mask = weight.parameter().mask();
      ranked.put(weight.name(), mask == null ? score : mask.apply(score));
    }
    List<Tensor> scores = new ArrayList<>(ofGroups(ranked));
    for (int i = 0; i < scores.size(); i++) {
      scores.set(i, deadLast(scores.get(i), sets.get(i).alive()));
    }
    return scores;
  }

  /** What scores of elements, by name of the weight, come to for the groups of each set. */
  List<Tensor> ofGroups(Map<String, Tensor> elements) {
    return sets.stream().map(set -> set.scores(elements)).toList();
  }

  /** Groups that are pruned already rank behind every other. */
  private static Tensor deadLast(Tensor scores, Mask alive) {
    return alive.kept() == alive.size()
        ? scores
        : Elementwise.select(
            alive.toTensor(DType.BOOL),
            scores,
            Tensor.full(scores.dtype(), scores.shape(), Double.NEGATIVE_INFINITY));
  }

  private static void checkNumbers(Scorer scorer, String name, Tensor score) {
    if (!Double.isFinite(Reduce.sumAbs(score, false).item())) {
      throw new IllegalStateException(
          "scorer '%s': the scores of '%s' contain NaN or infinity; is the model diverged?"
              .formatted(scorer.name(), name));
    }
  }

  private List<Mask> choose(List<Tensor> scores, double density) {
    double[] densities =
        sets.stream()
            .mapToDouble(
                set ->
                    Math.max(
                        method.schedule().densityAt(set.place(), density),
                        method.floors().at(set.place())))
            .toArray();
    if (method.scope() == RankingScope.LOCAL) {
      return Selection.local(scores, densities);
    }
    List<Tensor> open = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      if (!floored(i)) {
        open.add(scores.get(i));
      }
    }
    var ranked = Selection.global(open, density).iterator();
    List<Mask> kept = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      kept.add(
          floored(i)
              ? Mask.keepLargest(
                  scores.get(i), Selection.keepCount(sets.get(i).count(), densities[i]))
              : ranked.next());
    }
    return kept;
  }

  /** What has a floor does not take part in a global ranking. */
  private boolean floored(int set) {
    return method.floors().at(sets.get(set).place()) > 0;
  }

  private Map<Parameter, Mask> merged(List<Mask> kept) {
    Map<Parameter, Mask> masks = new LinkedHashMap<>();
    for (int i = 0; i < sets.size(); i++) {
      sets.get(i).masks(kept.get(i)).forEach((p, mask) -> masks.merge(p, mask, Mask::and));
    }
    masks.replaceAll((p, mask) -> p.mask() == null ? mask : mask.and(p.mask()));
    return masks;
  }

  private long keptParameters(List<Mask> kept) {
    Map<Parameter, Mask> masks = merged(kept);
    long count = 0;
    for (Parameter parameter : module.parameters()) {
      Mask mask = masks.get(parameter);
      count += mask == null ? parameter.kept() : mask.kept();
    }
    return count;
  }
}
