package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;

/** Optimiser steps in place on contiguous tensors. */
final class ScalarOptim {
  private ScalarOptim() {}

  static void sgd(SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    Cells weights = Cells.of(w);
    Cells gradients = Cells.of(grad);
    Cells velocities = velocity == null ? null : Cells.of(velocity);
    double[] ws = new double[Cells.BLOCK];
    double[] gs = new double[Cells.BLOCK];
    double[] vs = new double[Cells.BLOCK];
    for (long at = 0; at < w.size(); at += Cells.BLOCK) {
      int n = (int) Math.min(Cells.BLOCK, w.size() - at);
      weights.read(at, n, ws);
      gradients.read(at, n, gs);
      for (int i = 0; i < n; i++) {
        gs[i] += step.weightDecay() * ws[i];
      }
      if (velocities != null) {
        if (!step.first()) {
          velocities.read(at, n, vs);
        }
        withMomentum(step, gs, vs, n);
        velocities.write(at, n, vs);
      }
      for (int i = 0; i < n; i++) {
        ws[i] -= step.lr() * gs[i];
      }
      weights.write(at, n, ws);
    }
  }

  /** Updates the velocities and turns the gradients into the direction of the step. */
  private static void withMomentum(SgdStep step, double[] gs, double[] vs, int n) {
    for (int i = 0; i < n; i++) {
      vs[i] = step.first() ? gs[i] : step.momentum() * vs[i] + (1 - step.dampening()) * gs[i];
      gs[i] = step.nesterov() ? gs[i] + step.momentum() * vs[i] : vs[i];
    }
  }

  static void sgdAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity) {
    Cells weights = Cells.of(w);
    Cells gradients = Cells.of(grad);
    Cells velocities = velocity == null ? null : Cells.of(velocity);
    double[] g = new double[1];
    double[] v = new double[1];
    for (int at : positions) {
      double weight = weights.get(at);
      g[0] = gradients.get(at) + step.weightDecay() * weight;
      if (velocities != null) {
        v[0] = step.first() ? 0 : velocities.get(at);
        withMomentum(step, g, v, 1);
        velocities.set(at, v[0]);
      }
      weights.set(at, weight - step.lr() * g[0]);
    }
  }

  static void adamAt(int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    Cells weights = Cells.of(w);
    Cells gradients = Cells.of(grad);
    Cells firsts = Cells.of(m);
    Cells seconds = Cells.of(v);
    double[] ws = new double[1];
    double[] ms = new double[1];
    double[] vs = new double[1];
    for (int at : positions) {
      ws[0] = weights.get(at);
      ms[0] = firsts.get(at);
      vs[0] = seconds.get(at);
      adamBlock(step, ws, new double[] {gradients.get(at)}, ms, vs, 1);
      weights.set(at, ws[0]);
      firsts.set(at, ms[0]);
      seconds.set(at, vs[0]);
    }
  }

  static void adam(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v) {
    Cells weights = Cells.of(w);
    Cells gradients = Cells.of(grad);
    Cells firsts = Cells.of(m);
    Cells seconds = Cells.of(v);
    double[] ws = new double[Cells.BLOCK];
    double[] gs = new double[Cells.BLOCK];
    double[] ms = new double[Cells.BLOCK];
    double[] vs = new double[Cells.BLOCK];
    for (long at = 0; at < w.size(); at += Cells.BLOCK) {
      int n = (int) Math.min(Cells.BLOCK, w.size() - at);
      weights.read(at, n, ws);
      gradients.read(at, n, gs);
      firsts.read(at, n, ms);
      seconds.read(at, n, vs);
      adamBlock(step, ws, gs, ms, vs, n);
      weights.write(at, n, ws);
      firsts.write(at, n, ms);
      seconds.write(at, n, vs);
    }
  }

  private static void adamBlock(
      AdamStep step, double[] ws, double[] gs, double[] ms, double[] vs, int n) {
    double c1 = 1 - Math.pow(step.beta1(), (double) step.step());
    double c2 = 1 - Math.pow(step.beta2(), (double) step.step());
    for (int i = 0; i < n; i++) {
      double g = gs[i];
      if (step.decoupled()) {
        ws[i] *= 1 - step.lr() * step.weightDecay();
      } else {
        g += step.weightDecay() * ws[i];
      }
      ms[i] = step.beta1() * ms[i] + (1 - step.beta1()) * g;
      vs[i] = step.beta2() * vs[i] + (1 - step.beta2()) * g * g;
      ws[i] -= step.lr() * (ms[i] / c1) / (Math.sqrt(vs[i] / c2) + step.eps());
    }
  }
}
