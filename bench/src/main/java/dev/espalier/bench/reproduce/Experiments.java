package dev.espalier.bench.reproduce;

import dev.espalier.nn.Names;
import java.util.List;

/** All experiments, one line each. */
public final class Experiments {
  private static final List<Experiment> ALL =
      List.of(
          new LiGeometry(),
          new NeuronOracle(),
          new TaughtStudent(),
          new CorrelatedLayers(),
          MaxoutShrinking.perceptron(),
          MaxoutShrinking.leNet(),
          new NetworkTrimming(),
          new SmallestOrLargest(),
          new OneAtATime());

  private Experiments() {}

  /** All experiments, in the order of their cost. */
  public static List<Experiment> all() {
    return ALL;
  }

  /**
   * One by name.
   *
   * @throws IllegalArgumentException with the nearest known name
   */
  public static Experiment get(String name) {
    return ALL.stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> Names.unknown("experiment", name, ALL.stream().map(Experiment::name).toList()));
  }
}
