package dev.espalier.bench.report;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One trial of a study: one network, data set, method, ratio and seed; one line of {@code
 * results.jsonl}.
 *
 * <p>Accuracies are fractions from 0 to 1 here and in the file; reports print them in percent.
 *
 * @param key what makes the trial unique
 * @param composition the method's four axes
 * @param pruned the pruned network after fine-tuning
 * @param dense the dense network of the same seed, measured in the same run
 * @param batch inputs per batch in the latency measurement
 * @param top1BeforeFinetune top-1 just after pruning, of the last round if there are several; empty
 *     for methods that prune while training
 * @param top5BeforeFinetune top-5 just after pruning; also empty in results of old versions
 * @param epochs epochs trained after the dense network, all of them for a method that prunes inside
 *     training
 * @param trainSeconds time those epochs took
 * @param trainMacs multiply-adds of those epochs, by the weights that were left at each step: three
 *     times those of the forward passes; empty in results of old versions
 * @param trainMacsDense the same of the dense network's training
 * @param layers the prunable layers, in network order
 * @param rounds what each round reached, in order; empty for methods that prune once or inside
 *     training, and in results of old versions
 * @param maskDigest digest of all masks
 * @param provenance where the figures come from
 */
public record TrialResult(
    TrialKey key,
    Composition composition,
    Measurement pruned,
    Measurement dense,
    int batch,
    OptionalDouble top1BeforeFinetune,
    OptionalDouble top5BeforeFinetune,
    int epochs,
    double trainSeconds,
    OptionalLong trainMacs,
    OptionalLong trainMacsDense,
    List<LayerResult> layers,
    List<RoundResult> rounds,
    String maskDigest,
    Provenance provenance) {
  /** The setting that says what the ratios asked for are of; absent for parameters. */
  public static final String RATIOS_OF = "ratios_of";

  /** Its value where theoretical speed-ups are asked for. */
  public static final String OF_MULTIPLY_ADDS = "multiply-adds";

  /** Refuses missing parts, sizes that contradict each other and layers of the same name. */
  public TrialResult {
    Checks.present("key", key);
    Checks.present("composition", composition);
    Checks.present("pruned", pruned);
    Checks.present("dense", dense);
    Checks.within("nonzero", pruned.parameters(), 1, dense.parameters());
    Checks.atLeast("batch", batch, 1);
    if (top1BeforeFinetune.isPresent()) {
      Checks.fraction("top1_before_finetune", top1BeforeFinetune.getAsDouble());
    }
    if (top5BeforeFinetune.isPresent()) {
      Checks.fraction("top5_before_finetune", top5BeforeFinetune.getAsDouble());
    }
    Checks.atLeast("epochs", epochs, 0);
    Checks.atLeast("train_seconds", trainSeconds, 0);
    trainMacs.ifPresent(macs -> Checks.atLeast("train_macs", macs, 0));
    trainMacsDense.ifPresent(macs -> Checks.atLeast("train_macs_dense", macs, 1));
    Checks.present("layers", layers);
    layers = List.copyOf(layers);
    Set<String> names = new HashSet<>();
    for (LayerResult layer : layers) {
      if (!names.add(layer.name())) {
        throw new IllegalArgumentException("layer " + layer.name() + " occurs twice");
      }
    }
    Checks.present("rounds", rounds);
    rounds = List.copyOf(rounds);
    for (int i = 0; i < rounds.size(); i++) {
      Checks.within("round", rounds.get(i).round(), i + 1, i + 1);
    }
    Checks.name("mask_digest", maskDigest);
    Checks.present("provenance", provenance);
  }

  /** Whether the ratio asked for is a theoretical speed-up, not a compression ratio. */
  public boolean asksForSpeedup() {
    return OF_MULTIPLY_ADDS.equals(provenance.settings().get(RATIOS_OF));
  }

  /** Parameters of the dense network divided by non-zero parameters of the pruned one. */
  public double compression() {
    return (double) dense.parameters() / pruned.parameters();
  }

  /** Multiply-adds of the dense network divided by those left in the pruned one. */
  public double theoreticalSpeedup() {
    return (double) dense.flops() / pruned.flops();
  }

  /** Latency of the compiled dense network divided by that of the compiled pruned one. */
  public double measuredSpeedup() {
    return dense.latencyMs() / pruned.latencyMs();
  }

  /**
   * Multiply-adds of the training after the dense network's, divided by that network's own; empty
   * in results of old versions.
   */
  public OptionalDouble trainingShare() {
    return trainMacs.isPresent() && trainMacsDense.isPresent()
        ? OptionalDouble.of((double) trainMacs.getAsLong() / trainMacsDense.getAsLong())
        : OptionalDouble.empty();
  }

  /** Bytes of the dense network's file divided by bytes of the pruned one's. */
  public double bytesRatio() {
    return (double) dense.bytes() / pruned.bytes();
  }
}
