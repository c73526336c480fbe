package dev.espalier.prune.surgery;

import dev.espalier.prune.surgery.ParameterAxes.Axis;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * When an activation is zero at a channel: when masks have emptied the channel's slices of all
 * parameters of one of some sets. What a batch-norm gives, for one, is zero when its scale and
 * shift are, whatever it reads.
 */
record ZeroWhen(List<Set<Axis>> alternatives) {
  static final ZeroWhen NEVER = new ZeroWhen(List.of());

  /** Sets beyond these are forgotten: channels that could go stay. */
  private static final int MOST = 8;

  static ZeroWhen emptied(Axis... axes) {
    return new ZeroWhen(List.of(Set.of(axes)));
  }

  boolean isPossible() {
    return !alternatives.isEmpty();
  }

  /** When both are zero. */
  ZeroWhen and(ZeroWhen other) {
    return of(
        alternatives.stream()
            .flatMap(mine -> other.alternatives.stream().map(its -> union(mine, its))));
  }

  /** When either is zero. */
  ZeroWhen or(ZeroWhen other) {
    return of(Stream.concat(alternatives.stream(), other.alternatives.stream()));
  }

  private static ZeroWhen of(Stream<Set<Axis>> sets) {
    return new ZeroWhen(sets.distinct().limit(MOST).toList());
  }

  private static Set<Axis> union(Set<Axis> a, Set<Axis> b) {
    Set<Axis> both = new LinkedHashSet<>(a);
    both.addAll(b);
    return both;
  }

  boolean holds(Predicate<Axis> isEmptied) {
    return alternatives.stream().anyMatch(set -> set.stream().allMatch(isEmptied));
  }
}
