package dev.espalier.bench.report;

import java.util.List;

/**
 * One layer of the pruned network.
 *
 * @param name the layer's path in the network, unique within a trial
 * @param shape its weight's shape before pruning
 * @param params its parameters before pruning
 * @param nonzero its parameters that remain and are not zero
 * @param flops its multiply-adds with a non-zero weight, for one input
 */
public record LayerResult(String name, List<Integer> shape, long params, long nonzero, long flops) {

  /** Refuses a blank name, negative sizes and more remaining parameters than there were. */
  public LayerResult {
    Checks.name("layer name", name);
    Checks.present("shape", shape);
    for (Integer size : shape) {
      Checks.present("shape", size);
      Checks.atLeast("shape", size, 0);
    }
    shape = List.copyOf(shape);
    Checks.atLeast("params", params, 1);
    Checks.within("nonzero", nonzero, 0, params);
    Checks.atLeast("flops", flops, 0);
  }

  /** Share of the layer's parameters that remain, in [0, 1]. */
  public double density() {
    return (double) nonzero / params;
  }
}
