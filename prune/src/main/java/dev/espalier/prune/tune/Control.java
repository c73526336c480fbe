package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.nn.loss.Loss;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Restart;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * The control experiment to a fine-tuning: its masks, found in rounds, but the last round trains as
 * another fine-tuning says.
 *
 * <p>Source: the randomly reinitialised tickets of J. Frankle, M. Carbin, The Lottery Ticket
 * Hypothesis (2019).
 *
 * @param finding of all rounds but the last
 * @param last of the last round
 */
public record Control(FineTune finding, FineTune last) implements FineTune {
  public Control {
    if (finding.capture().isPresent()
        && last.capture().isPresent()
        && !finding.capture().equals(last.capture())) {
      throw new IllegalArgumentException(
          "control fine-tuning: '%s' and '%s' return to different steps of the latest run; let them return to one"
              .formatted(finding.name(), last.name()));
    }
  }

  @Override
  public String name() {
    return finding.name() + "-then-" + last.name();
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
