package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Allowance;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Rates;
import dev.espalier.prune.Restart;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** As another fine-tuning, but for what is overridden. */
interface Refined extends FineTune {
  /** The other one. */
  FineTune base();

  @Override
  default void prepare(Restart restart) {
    base().prepare(restart);
  }

  @Override
  default Loss loss(Loss hard, Supplier<Module> teacher) {
    return base().loss(hard, teacher);
  }

  @Override
  default OptionalDouble capture() {
    return base().capture();
  }

  @Override
  default boolean needsEarlierWeights() {
    return base().needsEarlierWeights();
  }

  @Override
  default int epochs(Allowance allowance) {
    return base().epochs(allowance);
  }

  @Override
  default LrSchedule rates(Rates rates, long steps) {
    return base().rates(rates, steps);
  }
}
