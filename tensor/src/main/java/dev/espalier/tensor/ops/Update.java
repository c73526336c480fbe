package dev.espalier.tensor.ops;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;

/**
 * Optimiser steps that change a weight and the optimiser's state in place; all tensors of one shape
 * and type.
 */
public final class Update {
  private Update() {}

  /**
   * {@code g += weightDecay w}; {@code v = momentum v + (1 - dampening) g} (first step: {@code v =
   * g}); {@code w -= lr (nesterov ? g + momentum v : v)}. The gradient is not changed; velocity is
   * null without momentum. PyTorch: {@code torch.optim.SGD}.
   */
  public static void sgd(SgdStep step, Tensor w, Tensor gradient, Tensor velocity) {
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
      use.backend().sgdStep(step, w, dense, velocity);
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
      use.backend().adamStep(step, w, dense, m, v);
    }
    w.touched();
    m.touched();
    v.touched();
  }
}
