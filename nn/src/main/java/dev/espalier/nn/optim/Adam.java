package dev.espalier.nn.optim;

import dev.espalier.nn.Module;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Update;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.spi.AdamStep;
import java.util.List;

/**
 * Adam and AdamW; the rule is in {@link AdamStep}.
 *
 * <p>Source: D. P. Kingma, J. Ba, Adam (2015); I. Loshchilov, F. Hutter, Decoupled Weight Decay
 * Regularization (2019). PyTorch: {@code torch.optim.Adam}, {@code torch.optim.AdamW}, whose
 * defaults these are.
 */
public final class Adam extends Optimizer {
  /**
   * The constants of the rule.
   *
   * @param decoupled AdamW: decay shrinks the weight instead of entering the gradient
   */
  public record Config(double beta1, double beta2, double eps, boolean decoupled) {
    /** Adam as in PyTorch: 0.9, 0.999, 1e-8. */
    public static final Config ADAM = new Config(0.9, 0.999, 1e-8, false);

    /** AdamW as in PyTorch; its default weight decay is {@link Adam#ADAMW_WEIGHT_DECAY}. */
    public static final Config ADAMW = new Config(0.9, 0.999, 1e-8, true);
  }

  /** PyTorch's default learning rate. */
  public static final double DEFAULT_LR = 1e-3;

  /** PyTorch's default weight decay of AdamW. */
  public static final double ADAMW_WEIGHT_DECAY = 1e-2;

  private final Config config;

  public Adam(List<ParameterGroup> groups, Config config) {
    super(groups);
    this.config = config;
  }

  /** Adam over all parameters of a module. */
  public Adam(Module module, double lr) {
    this(List.of(new ParameterGroup(module.namedParameters(), lr, 0)), Config.ADAM);
  }

  /** AdamW over all parameters of a module. */
  public static Adam w(Module module, double lr, double weightDecay) {
    return new Adam(
        List.of(new ParameterGroup(module.namedParameters(), lr, weightDecay)), Config.ADAMW);
  }

  @Override
  protected List<String> stateKeys() {
    return List.of("exp_avg", "exp_avg_sq");
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
    Tensor m = state(name, "exp_avg", value);
    Tensor v = state(name, "exp_avg_sq", value);
    var numbers =
        new AdamStep(
            lr,
            config.beta1,
            config.beta2,
            config.eps,
            group.weightDecay(),
            config.decoupled,
            step);
    Update.adam(numbers, value, gradient, m, v, mask);
  }
}
