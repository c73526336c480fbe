package dev.espalier.nn.optim;

import dev.espalier.nn.Module;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Update;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.spi.SgdStep;
import java.util.List;

/**
 * Stochastic gradient descent with momentum, Nesterov's variant and weight decay.
 *
 * <p>{@code g += wd w; v = μ v + (1 - dampening) g (first step v = g); w -= lr (nesterov ? g + μ v
 * : v)}. Source: B. Polyak (1964); Y. Nesterov (1983); as in PyTorch's {@code torch.optim.SGD}.
 */
public final class Sgd extends Optimizer {
  /**
   * The constants of the rule.
   *
   * @param momentum μ, 0 for none
   * @param dampening share of the gradient left out of the velocity
   * @param nesterov whether to look ahead; needs a momentum and no dampening
   */
  public record Config(double momentum, double dampening, boolean nesterov) {
    /** PyTorch's defaults: plain gradient descent. */
    public static final Config DEFAULT = new Config(0, 0, false);

    public Config {
      if (nesterov && (momentum <= 0 || dampening != 0)) {
        throw new IllegalArgumentException(
            "Sgd: Nesterov needs a momentum > 0 and no dampening, but they are %s and %s"
                .formatted(momentum, dampening));
      }
    }

    public static Config momentum(double momentum) {
      return new Config(momentum, 0, false);
    }
  }

  private final Config config;

  public Sgd(List<ParameterGroup> groups, Config config) {
    super(groups);
    this.config = config;
  }

  /** All parameters of a module in one group. */
  public Sgd(Module module, double lr, double momentum, double weightDecay) {
    this(
        List.of(new ParameterGroup(module.namedParameters(), lr, weightDecay)),
        Config.momentum(momentum));
  }

  @Override
  protected List<String> stateKeys() {
    return config.momentum == 0 ? List.of() : List.of("momentum_buffer");
  }

  @Override
  protected void update(
      ParameterGroup group,
      String name,
      Tensor value,
      Tensor gradient,
      Mask mask,
      double lr,
      long step) {
    Tensor velocity = config.momentum == 0 ? null : state(name, "momentum_buffer", value);
    var numbers =
        new SgdStep(
            lr, config.momentum, config.dampening, group.weightDecay(), config.nesterov, step == 1);
    Update.sgd(numbers, value, gradient, velocity, mask);
  }
}
