package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.nn.loss.Distillation;
import dev.espalier.nn.loss.Loss;
import dev.espalier.prune.FineTune;
import java.util.function.Supplier;

/**
 * As another fine-tuning, with the trained dense network teaching its pruned self: {@link
 * Distillation}.
 *
 * <p>Source: G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network (2015).
 *
 * @param base what survivors start from
 * @param temperature T; infinity for the logits themselves, as J. Ba and R. Caruana (2014)
 * @param alpha share of the teacher's part
 */
public record Distilled(FineTune base, double temperature, double alpha) implements Refined {
  private static final double TEMPERATURE = 2;
  private static final double ALPHA = 0.9;

  public Distilled {
    if (!(temperature > 0) || !(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException(
          "distilled fine-tuning: needs a temperature > 0 and alpha in [0, 1] but got %s and %s"
              .formatted(temperature, alpha));
    }
  }

  /** At temperature 2, nine tenths of the loss being the teacher's. */
  public Distilled(FineTune base) {
    this(base, TEMPERATURE, ALPHA);
  }

  @Override
  public String name() {
    String name = base.name() + "-distilled";
    return temperature == TEMPERATURE && alpha == ALPHA
        ? name
        : "%s-%s-%s".formatted(name, plain(temperature), plain(alpha));
  }

  private static String plain(double number) {
    return Double.toString(number).replaceAll("\\.0$", "");
  }

  @Override
  public Loss loss(Loss hard, Supplier<Module> teacher) {
    return new Distillation(teacher.get(), base.loss(hard, teacher), temperature, alpha);
  }

  @Override
  public FineTune inRound(int round, int rounds) {
    return new Distilled(base.inRound(round, rounds), temperature, alpha);
  }

  @Override
  public boolean restarts() {
    return base.restarts();
  }
}
