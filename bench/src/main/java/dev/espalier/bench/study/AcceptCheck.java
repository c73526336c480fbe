package dev.espalier.bench.study;

import dev.espalier.bench.report.Bound;
import dev.espalier.bench.report.Criterion;
import dev.espalier.bench.report.Criterion.Arm;
import dev.espalier.bench.report.Numbers;
import dev.espalier.nn.Names;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.Schedule;
import dev.espalier.prune.schedule.OneShot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Refuses limits that no trial of a study can answer, before any is run. */
final class AcceptCheck {
  private final List<StudyPair> pairs;
  private final List<Method> methods;
  private final List<Double> ratios;

  AcceptCheck(List<StudyPair> pairs, List<Method> methods, List<Double> ratios) {
    this.pairs = pairs;
    this.methods = methods;
    this.ratios = ratios;
  }

  /**
   * Checks names, and ratios as far as they can be told without a network.
   *
   * @throws IllegalArgumentException naming the place and the nearest known name
   */
  void require(List<Criterion> criteria) {
    forEach(
        criteria,
        criterion -> {
          List<String> known = pairs.stream().map(StudyPair::path).toList();
          if (criterion.pair().isPresent() && !known.contains(criterion.pair().get())) {
            throw Names.unknown("pair", criterion.pair().get(), known);
          }
          arms(criterion).forEach(arm -> require(arm, criterion));
        });
  }

  private void require(Arm arm, Criterion criterion) {
    List<String> names = new ArrayList<>(methods.stream().map(Method::name).toList());
    if (arm.isDense()) {
      if (names.contains(arm.method())) {
        throw new IllegalArgumentException(
            "method '%s' is the network that is not pruned, but the study has a method of that name; call that otherwise"
                .formatted(arm.method()));
      }
      return;
    }
    names.add(Arm.DENSE_NAME);
    Method method = method(arm).orElseThrow(() -> Names.unknown("method", arm.method(), names));
    if (criterion.before() && !MethodRun.startsTrained(method)) {
      throw new IllegalArgumentException(
          "before: method '%s' does not prune a trained network, so there is nothing before fine-tuning"
              .formatted(method.name()));
    }
    if (isTrial(arm)) {
      return;
    }
    if (!(method.schedule() instanceof Schedule.Rounds) || method.schedule() instanceof OneShot) {
      throw unknownRatio(arm, "the study runs '%s' at".formatted(method.name()), ratios);
    }
    if (criterion.bound() == Bound.LATENCY) {
      throw unknownRatio(arm, "latency is measured where trials end, at", ratios);
    }
    if (criterion.bound() == Bound.KEPT) {
      throw unknownRatio(arm, "what layers keep is recorded where trials end, at", ratios);
    }
  }

  /**
   * Checks layers, and ratios that must be those of rounds, by pruning untrained networks.
   *
   * @throws IllegalArgumentException naming the place and the nearest layer or ratio
   */
  void requireRounds(List<Criterion> criteria, List<PairRun> runs) {
    forEach(
        criteria,
        criterion -> {
          criterion
              .layer()
              .ifPresent(
                  layer ->
                      runs.stream()
                          .filter(run -> criterion.concerns(run.pair().path()))
                          .forEach(run -> run.requireLayer(layer.name())));
          for (Arm arm : arms(criterion)) {
            if (!arm.isDense() && !isTrial(arm)) {
              runs.stream()
                  .filter(run -> criterion.concerns(run.pair().path()))
                  .forEach(run -> requireRound(arm, run));
            }
          }
        });
  }

  private void requireRound(Arm arm, PairRun run) {
    Method method = method(arm).orElseThrow();
    List<Double> passed = new ArrayList<>();
    for (double ratio : ratios) {
      List<Double> rounds = run.roundRatios(method, ratio);
      if (rounds.stream().anyMatch(arm::isNear)) {
        return;
      }
      passed.addAll(rounds);
    }
    throw unknownRatio(
        arm,
        "on %s '%s' comes by".formatted(run.pair().name(), method.name()),
        passed.isEmpty() ? ratios : passed);
  }

  private static IllegalArgumentException unknownRatio(Arm arm, String where, List<Double> known) {
    double nearest =
        known.stream()
            .min(Comparator.comparingDouble(it -> Math.abs(Math.log(it / arm.ratio()))))
            .orElseThrow();
    return new IllegalArgumentException(
        "ratio %s is unknown; %s %s; the nearest is %s"
            .formatted(
                shown(arm.ratio()),
                where,
                known.stream()
                    .sorted()
                    .map(AcceptCheck::shown)
                    .distinct()
                    .collect(Collectors.joining(", ")),
                shown(nearest)));
  }

  private static String shown(double ratio) {
    return Numbers.fixed(ratio, ratio == Math.rint(ratio) ? 0 : 2);
  }

  private boolean isTrial(Arm arm) {
    return ratios.stream().anyMatch(arm::isRatio);
  }

  private Optional<Method> method(Arm arm) {
    return methods.stream().filter(it -> it.name().equals(arm.method())).findFirst();
  }

  private static List<Arm> arms(Criterion criterion) {
    List<Arm> arms = new ArrayList<>(List.of(criterion.arm()));
    criterion.than().ifPresent(arms::add);
    return arms;
  }

  private static void forEach(List<Criterion> criteria, Consumer<Criterion> check) {
    for (int i = 0; i < criteria.size(); i++) {
      try {
        check.accept(criteria.get(i));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("accept[%d]: %s".formatted(i, e.getMessage()), e);
      }
    }
  }
}
