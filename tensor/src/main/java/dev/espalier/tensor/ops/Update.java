package dev.espalier.tensor.ops;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;

/**
 * Optimiser steps that change a weight and the optimiser's state in place; all tensors of one shape
 * and type.
 */
public final class Update {
  /** Above it, passing over everything with vectors is quicker. */
  private static final double LITTLE = 0.125;

  private Update() {}

  private static boolean keepsLittle(Mask mask) {
    return mask != null && mask.density() <= LITTLE;
  }

  /**
   * {@code g += weightDecay w}; {@code v = momentum v + (1 - dampening) g} (first step: {@code v =
   * g}); {@code w -= lr (nesterov ? g + momentum v : v)}. The gradient is not changed; velocity is
   * null without momentum. PyTorch: {@code torch.optim.SGD}.
   */
  public static void sgd(SgdStep step, Tensor w, Tensor gradient, Tensor velocity) {
    sgd(step, w, gradient, velocity, null);
  }

  /**
   * As {@link #sgd(SgdStep, Tensor, Tensor, Tensor)} for a weight under a hard mask, outside which
   * weight, gradient and velocity are zero and stay so: where it keeps little, only that is
   * visited, so that the cost of a step falls with density.
   *
   * @param mask null for none
   */
  public static void sgd(SgdStep step, Tensor w, Tensor gradient, Tensor velocity, Mask mask) {
    Check.compute("sgd", w, gradient, velocity);
    Check.shape("sgd", "the gradient", gradient, w.shape());
    Check.shape("sgd", "the velocity", velocity, w.shape());
    Check.contiguous("sgd", "the weight", w);
    Check.contiguous("sgd", "the velocity", velocity);
    if ((velocity == null) != (step.momentum() == 0)) {
      throw Check.refuse(
          "sgd",
          "momentum %s needs %s velocity tensor"
              .formatted(step.momentum(), step.momentum() == 0 ? "no" : "a"));
    }
    try (Tensor dense = gradient.contiguous();
        var use = Use.of("sgd", w, dense, velocity)) {
      if (keepsLittle(mask)) {
        use.backend().sgdStepAt(mask.positions(), step, w, dense, velocity);
      } else {
        use.backend().sgdStep(step, w, dense, velocity);
      }
    }
    w.touched();
    if (velocity != null) {
      velocity.touched();
    }
  }

  /**
   * One step of Adam or AdamW; the equations are in {@link AdamStep}. Sources: Kingma and Ba, Adam
   * (2014); Loshchilov and Hutter, Decoupled Weight Decay Regularization (2017). PyTorch: {@code
   * torch.optim.Adam}, {@code AdamW}.
   */
  public static void adam(AdamStep step, Tensor w, Tensor gradient, Tensor m, Tensor v) {
    adam(step, w, gradient, m, v, null);
  }

  /**
   * As {@link #adam(AdamStep, Tensor, Tensor, Tensor, Tensor)} for a weight under a hard mask,
   * outside which all of them are zero and stay so.
   *
   * @param mask null for none
   */
  public static void adam(AdamStep step, Tensor w, Tensor gradient, Tensor m, Tensor v, Mask mask) {
    Check.compute("adam", w, gradient, m, v);
    Check.shape("adam", "the gradient", gradient, w.shape());
    Check.shape("adam", "the first moment", m, w.shape());
    Check.shape("adam", "the second moment", v, w.shape());
    Check.contiguous("adam", "the weight", w);
    Check.contiguous("adam", "the first moment", m);
    Check.contiguous("adam", "the second moment", v);
    if (step.step() < 1) {
      throw Check.refuse("adam", "steps count from 1 but this is step %d".formatted(step.step()));
    }
    try (Tensor dense = gradient.contiguous();
        var use = Use.of("adam", w, dense, m, v)) {
      if (keepsLittle(mask)) {
        use.backend().adamStepAt(mask.positions(), step, w, dense, m, v);
      } else {
        use.backend().adamStep(step, w, dense, m, v);
      }
    }
    w.touched();
    m.touched();
    v.touched();
  }
}
