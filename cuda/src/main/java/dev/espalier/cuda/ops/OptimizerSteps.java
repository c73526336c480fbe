package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;

/** Optimiser steps, in place. */
public final class OptimizerSteps {
  private final DeviceContext context;

  /** The operations on one device. */
  public OptimizerSteps(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#sgdStep}. */
  public void sgdStep(SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    throw new UnsupportedOperationException(context.device() + ": sgdStep has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#sgdStepAt}. */
  public void sgdStepAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    throw new UnsupportedOperationException(context.device() + ": sgdStepAt has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#adamStep}. */
  public void adamStep(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    throw new UnsupportedOperationException(context.device() + ": adamStep has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#adamStepAt}. */
  public void adamStepAt(
      int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    throw new UnsupportedOperationException(context.device() + ": adamStepAt has no kernel yet");
  }
}
