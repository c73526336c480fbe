package dev.espalier.prune;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Turns scores into masks by a method's scope, schedule and floors. */
final class Chooser {
  private final Method method;
  private final List<GroupSet> sets;
  private final boolean[] guarded;
  private final Layers layers;
  private final int least;

  /**
   * A way to choose.
   *
   * @param guarded the sets that lose nothing; the others are open
   * @param least how many groups of a set stay in any case
   */
  Chooser(Method method, List<GroupSet> sets, boolean[] guarded, Layers layers, int least) {
    this.method = method;
    this.sets = sets;
    this.guarded = guarded;
    this.layers = layers;
    this.least = least;
  }

  /** The sets that may lose groups. */
  List<GroupSet> open() {
    return IntStream.range(0, guarded.length).filter(i -> !guarded[i]).mapToObj(sets::get).toList();
  }

  /**
   * Masks of groups at a density, for all sets.
   *
   * @param scores of the open sets
   */
  List<Mask> choose(List<Tensor> scores, double density) {
    List<GroupSet> open = open();
    return withGuarded(
        switch (method.scope()) {
          case RankingScope.PerLayer(Budget budget) -> local(budget, open, scores, density);
          case RankingScope.Global() -> rounded(open, scores, global(open, scores, density));
          case RankingScope.Sensitivity() -> throw unmeasured();
        });
  }

  /** Of a scope that the pruner puts a budget in the place of. */
  private static IllegalStateException unmeasured() {
    return new IllegalStateException("scope 'sensitivity': has not been measured");
  }

  /** A number of groups to keep, as a multiple of what the method rounds to unless it is all. */
  private long rounded(GroupSet set, long kept) {
    int multiple = method.roundTo();
    if (multiple == 1 || kept == 0 || kept >= set.count()) {
      return kept;
    }
    long times = Math.max(1, Math.round((double) kept / multiple));
    while (times * multiple < floor(set) * set.count()) {
      times++;
    }
    return Math.min(times * multiple, set.count());
  }

  /** Masks with rounded numbers of groups. */
  private List<Mask> rounded(List<GroupSet> of, List<Tensor> scores, List<Mask> masks) {
    List<Mask> rounded = new ArrayList<>();
    for (int i = 0; i < masks.size(); i++) {
      long kept = masks.get(i).kept();
      long wanted = rounded(of.get(i), kept);
      rounded.add(kept == wanted ? masks.get(i) : Mask.keepLargest(scores.get(i), wanted));
    }
    return rounded;
  }

  /**
   * As {@link #choose}, set by set from front to back, each by scores that leave out what goes with
   * the groups that have just lost before it.
   *
   * @param only which sets may lose groups now, by their place among all
   */
  List<Mask> chooseGreedily(
      Score score, ScoringContext context, double density, IntPredicate only) {
    var budget = ((RankingScope.PerLayer) method.scope()).budget();
    var densities = Arrays.stream(densities(budget, open(), density)).iterator();
    Map<Parameter, Mask> gone = new LinkedHashMap<>();
    List<Mask> kept = new ArrayList<>();
    for (int i = 0; i < guarded.length; i++) {
      GroupSet set = sets.get(i);
      double share = guarded[i] ? 1 : densities.next();
      if (guarded[i] || !only.test(i)) {
        kept.add(Mask.ones(Shape.of(set.count())));
        continue;
      }
      Tensor scores = GroupScores.of(score, set, method, context, gone);
      long count = Selection.keepCount(set.count(), share, set.least(least));
      Mask chosen = Mask.keepLargest(scores, rounded(set, count));
      set.masks(chosen).forEach((p, mask) -> gone.merge(p, mask, Mask::and));
      kept.add(chosen);
    }
    return kept;
  }

  /**
   * Of each open set, the smallest score that stays at a density; minus infinity where all do.
   *
   * @param scores of the open sets
   */
  double[] smallestKept(List<Tensor> scores, double density) {
    List<Mask> kept = choose(scores, density);
    double[] smallest = new double[scores.size()];
    int open = 0;
    for (int i = 0; i < guarded.length; i++) {
      if (!guarded[i]) {
        Mask mask = kept.get(i);
        double[] values = scores.get(open).toDoubleArray();
        smallest[open++] =
            mask.kept() == mask.size()
                ? Double.NEGATIVE_INFINITY
                : IntStream.range(0, values.length)
                    .filter(mask::get)
                    .mapToDouble(group -> values[group])
                    .min()
                    .orElse(Double.POSITIVE_INFINITY);
      }
    }
    return smallest;
  }

  /** Puts full masks in the places of guarded sets. */
  List<Mask> withGuarded(List<Mask> ofOpen) {
    List<Mask> all = new ArrayList<>();
    var rest = ofOpen.iterator();
    for (int i = 0; i < guarded.length; i++) {
      all.add(guarded[i] ? Mask.ones(Shape.of(sets.get(i).count())) : rest.next());
    }
    return all;
  }

  private List<Mask> local(
      Budget budget, List<GroupSet> open, List<Tensor> scores, double density) {
    return rounded(
        open, scores, Selection.local(scores, densities(budget, open, density), least(open)));
  }

  private double[] densities(Budget budget, List<GroupSet> open, double density) {
    double[] densities = budget.densities(open.stream().map(layers::describe).toList(), density);
    for (int i = 0; i < densities.length; i++) {
      GroupSet set = open.get(i);
      densities[i] = Math.max(method.schedule().densityAt(set.place(), densities[i]), floor(set));
    }
    return densities;
  }

  /** What has a floor does not take part in the ranking. */
  private List<Mask> global(List<GroupSet> open, List<Tensor> scores, double density) {
    List<GroupSet> free = new ArrayList<>();
    List<Tensor> ofFree = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      if (floor(open.get(i)) == 0) {
        free.add(open.get(i));
        ofFree.add(scores.get(i));
      }
    }
    var ranked = Selection.global(ofFree, density, least(free)).iterator();
    List<Mask> kept = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      double floor = floor(open.get(i));
      kept.add(
          floor == 0
              ? ranked.next()
              : Mask.keepLargest(
                  scores.get(i),
                  Selection.keepCount(
                      open.get(i).count(), Math.max(density, floor), open.get(i).least(least))));
    }
    return kept;
  }

  /** How many groups of each set stay in any case. */
  int[] least(List<GroupSet> of) {
    return of.stream().mapToInt(set -> set.least(least)).toArray();
  }

  private double floor(GroupSet set) {
    return method.floors().at(set.place());
  }

  /**
   * The masks of all parameters that groups touch, with what was pruned before.
   *
   * @param kept masks of groups, for all sets
   */
  Map<Parameter, Mask> merged(List<Mask> kept) {
    Map<Parameter, Mask> masks = new LinkedHashMap<>();
    for (int i = 0; i < sets.size(); i++) {
      sets.get(i).masks(kept.get(i)).forEach((p, mask) -> masks.merge(p, mask, Mask::and));
    }
    masks.replaceAll((p, mask) -> p.mask() == null ? mask : mask.and(p.mask()));
    return masks;
  }
}
