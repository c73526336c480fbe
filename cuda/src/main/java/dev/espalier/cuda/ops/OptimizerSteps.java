package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;
import java.nio.ByteBuffer;

/** Optimiser steps, in place. */
public final class OptimizerSteps {
  private static final String MODULE = "optimizer";

  private final DeviceContext context;

  /** The operations on one device. */
  public OptimizerSteps(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#sgdStep}. */
  public void sgdStep(SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    context
        .launch(MODULE, "sgd_" + Operands.name(w.dtype()))
        .struct(fields(step, w.dtype()))
        .int64(w.size())
        .tensor(w)
        .tensor(grad)
        .tensor(velocity)
        .overElements(w.size());
  }

  /** {@link dev.espalier.tensor.spi.Backend#sgdStepAt}. */
  public void sgdStepAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    if (positions.length == 0) {
      return;
    }
    context
        .launch(MODULE, "sgd_at_" + Operands.name(w.dtype()))
        .struct(fields(step, w.dtype()))
        .int64(positions.length)
        .pointer(context.constant(positions))
        .tensor(w)
        .tensor(grad)
        .tensor(velocity)
        .overElements(positions.length);
  }

  private static ByteBuffer fields(SgdStep step, DType dtype) {
    return new Fields()
        .number(dtype, step.lr())
        .number(dtype, step.momentum())
        .number(dtype, 1 - step.dampening())
        .number(dtype, step.weightDecay())
        .int32(step.nesterov() ? 1 : 0)
        .int32(step.first() ? 1 : 0)
        .build();
  }

  /** {@link dev.espalier.tensor.spi.Backend#adamStep}. */
  public void adamStep(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    context
        .launch(MODULE, "adam_" + Operands.name(w.dtype()))
        .struct(fields(step, w.dtype()))
        .int64(w.size())
        .tensor(w)
        .tensor(grad)
        .tensor(m)
        .tensor(v)
        .overElements(w.size());
  }

  /** {@link dev.espalier.tensor.spi.Backend#adamStepAt}. */
  public void adamStepAt(
      int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    if (positions.length == 0) {
      return;
    }
    context
        .launch(MODULE, "adam_at_" + Operands.name(w.dtype()))
        .struct(fields(step, w.dtype()))
        .int64(positions.length)
        .pointer(context.constant(positions))
        .tensor(w)
        .tensor(grad)
        .tensor(m)
        .tensor(v)
        .overElements(positions.length);
  }

  private static ByteBuffer fields(AdamStep step, DType dtype) {
    double decayOfGradient = step.decoupled() ? 0 : step.weightDecay();
    double kept = step.decoupled() ? 1 - step.lr() * step.weightDecay() : 1;
    return new Fields()
        .number(dtype, step.lr())
        .number(dtype, step.beta1())
        .number(dtype, step.beta2())
        .number(dtype, 1 - step.beta1())
        .number(dtype, 1 - step.beta2())
        .number(dtype, step.eps())
        .number(dtype, decayOfGradient)
        .number(dtype, kept)
        .number(dtype, 1 - Math.pow(step.beta1(), (double) step.step()))
        .number(dtype, 1 - Math.pow(step.beta2(), (double) step.step()))
        .build();
  }
}
