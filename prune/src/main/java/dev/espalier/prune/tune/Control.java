package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.nn.loss.Loss;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Restart;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * The control experiment to a fine-tuning: its masks, found in rounds, but the last round trains as
 * another fine-tuning says; or every round also does so, beside the finding.
 *
 * <p>Source: the randomly reinitialised tickets of J. Frankle, M. Carbin, The Lottery Ticket
 * Hypothesis (2019).
 *
 * @param finding of all rounds but the last
 * @param last of the last round
 * @param everyRound whether each round before the last trains both ways, so that one run yields the
 *     control to every round of what it controls
 */
public record Control(FineTune finding, FineTune last, boolean everyRound) implements FineTune {
  /** What stands in a name between the two where only the last round is trained otherwise. */
  public static final String THEN = "-then-";

  private static final String BESIDE = "-beside-";

  /** Checks that both go together. */
  public Control {
    if (finding.capture().isPresent()
        && last.capture().isPresent()
        && !finding.capture().equals(last.capture())) {
      throw new IllegalArgumentException(
          "control fine-tuning: '%s' and '%s' return to different steps of the latest run; let them return to one"
              .formatted(finding.name(), last.name()));
    }
  }

  /** Of the last round alone. */
  public Control(FineTune finding, FineTune last) {
    this(finding, last, false);
  }

  @Override
  public String name() {
    return finding.name() + (everyRound ? BESIDE : THEN) + last.name();
  }

  @Override
  public Optional<FineTune> beside(int round, int rounds) {
    return everyRound && round < rounds
        ? Optional.of(last.inRound(round, rounds))
        : Optional.empty();
  }

  @Override
  public FineTune inRound(int round, int rounds) {
    return round < rounds ? finding.inRound(round, rounds) : last.inRound(round, rounds);
  }

  @Override
  public OptionalDouble capture() {
    return finding.capture().isPresent() ? finding.capture() : last.capture();
  }

  @Override
  public void prepare(Restart restart) {
    last.prepare(restart);
  }

  @Override
  public boolean restarts() {
    return finding.restarts() || last.restarts();
  }

  @Override
  public boolean needsEarlierWeights() {
    return finding.needsEarlierWeights() || last.needsEarlierWeights();
  }

  @Override
  public Loss loss(Loss hard, Supplier<Module> teacher) {
    return last.loss(hard, teacher);
  }
}
