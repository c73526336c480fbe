package dev.espalier.bench.report;

/**
 * What makes a trial unique within a study; a study that resumes skips the keys already stored.
 *
 * @param model name of the network, such as {@code lenet-5}
 * @param data name of the data set
 * @param method name of the pruning method
 * @param ratio the compression ratio asked for, at least 1
 * @param seed the seed of initialisation, data order and pruning
 */
public record TrialKey(String model, String data, String method, double ratio, long seed) {

  /** Refuses blank names and a ratio below 1. */
  public TrialKey {
    Checks.name("model", model);
    Checks.name("data", data);
    Checks.name("method", method);
    Checks.atLeast("ratio", ratio, 1);
  }

  @Override
  public String toString() {
    return "%s on %s, %s at ratio %s, seed %d"
        .formatted(model, data, method, Numbers.plain(ratio), seed);
  }
}
