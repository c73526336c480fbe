package dev.espalier.tensor.contract;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.SgdStep;
import java.util.Arrays;
import java.util.List;

/** Optimiser steps, a few in a row, against the published recurrences. */
public abstract class UpdateContract extends Contract {
  private static final int STEPS = 4;

  protected UpdateContract(Backend backend) {
    super(backend);
  }

  private static double[] bounds(DType dtype, int n) {
    double[] bounds = new double[n];
    Arrays.fill(bounds, 64 * epsilon(dtype));
    return bounds;
  }

  @ComputeTypes
  void sgdFollowsItsRecurrence(DType dtype) {
    for (SgdStep settings :
        List.of(
            new SgdStep(0.5, 0, 0, 0, false, true),
            new SgdStep(0.1, 0, 0, 0.01, false, true),
            new SgdStep(0.1, 0.9, 0, 0, false, true),
            new SgdStep(0.1, 0.9, 0.25, 1e-3, false, true),
            new SgdStep(0.1, 0.9, 0, 1e-3, true, true))) {
      for (int n : new int[] {0, 1, 17, 1031}) {
        checkSgd(dtype, settings, n);
      }
    }
  }

  private void checkSgd(DType dtype, SgdStep s, int n) {
    Shape shape = Shape.of(n);
    double[] w = values(dtype, 1, n);
    double[] v = new double[n];
    Tensor weight = tensor(dtype, shape, w);
    Tensor velocity = s.momentum() == 0 ? null : output(dtype, shape); // the first step reads none
    for (int t = 0; t < STEPS; t++) {
      double[] g = values(dtype, 10 + t, n);
      boolean first = t == 0;
      var step =
          new SgdStep(s.lr(), s.momentum(), s.dampening(), s.weightDecay(), s.nesterov(), first);
      Tensor gradient = tensor(dtype, shape, g);
      backend.sgdStep(step, weight, gradient, velocity);
      assertExactly(gradient, g);
      for (int i = 0; i < n; i++) {
        double d = g[i] + s.weightDecay() * w[i];
        v[i] = first ? d : s.momentum() * v[i] + (1 - s.dampening()) * d;
        double direction = s.momentum() == 0 ? d : s.nesterov() ? d + s.momentum() * v[i] : v[i];
        w[i] -= s.lr() * direction;
      }
    }
    assertWithin("weight after " + s, weight, w, bounds(dtype, n));
    if (velocity != null) {
      assertWithin("velocity after " + s, velocity, v, bounds(dtype, n));
    }
  }

  @ComputeTypes
  void adamFollowsItsRecurrence(DType dtype) {
    for (boolean decoupled : new boolean[] {false, true}) {
      for (int n : new int[] {0, 1, 17, 1031}) {
        checkAdam(dtype, new AdamStep(0.01, 0.9, 0.999, 1e-6, 0.1, decoupled, 1), n);
      }
    }
  }

  private void checkAdam(DType dtype, AdamStep s, int n) {
    Shape shape = Shape.of(n);
    double[] w = values(dtype, 2, n);
    double[] m = new double[n];
    double[] v = new double[n];
    Tensor weight = tensor(dtype, shape, w);
    Tensor firstMoment = tensor(dtype, shape, m);
    Tensor secondMoment = tensor(dtype, shape, v);
    for (int t = 1; t <= STEPS; t++) {
      double[] g = values(dtype, 20 + t, n);
      var step =
          new AdamStep(s.lr(), s.beta1(), s.beta2(), s.eps(), s.weightDecay(), s.decoupled(), t);
      backend.adamStep(step, weight, tensor(dtype, shape, g), firstMoment, secondMoment);
      for (int i = 0; i < n; i++) {
        double d = s.decoupled() ? g[i] : g[i] + s.weightDecay() * w[i];
        double kept = s.decoupled() ? w[i] - s.lr() * s.weightDecay() * w[i] : w[i];
        m[i] = s.beta1() * m[i] + (1 - s.beta1()) * d;
        v[i] = s.beta2() * v[i] + (1 - s.beta2()) * d * d;
        double mean = m[i] / (1 - Math.pow(s.beta1(), t));
        double spread = Math.sqrt(v[i] / (1 - Math.pow(s.beta2(), t))) + s.eps();
        w[i] = kept - s.lr() * mean / spread;
      }
    }
    assertWithin("weight after " + s, weight, w, bounds(dtype, n));
    assertWithin("first moment after " + s, firstMoment, m, bounds(dtype, n));
    assertWithin("second moment after " + s, secondMoment, v, bounds(dtype, n));
  }

  @ComputeTypes
  void zeroGradientsWithZeroStateLeaveZerosZero(DType dtype) {
    Shape shape = Shape.of(3);
    Tensor w = tensor(dtype, shape, 0, 0, 0);
    Tensor zero = tensor(dtype, shape, 0, 0, 0);
    Tensor v = tensor(dtype, shape, 0, 0, 0);
    backend.sgdStep(new SgdStep(0.1, 0.9, 0, 0.1, true, false), w, zero, v);
    assertExactly(w, 0, 0, 0);
    Tensor m = tensor(dtype, shape, 0, 0, 0);
    backend.adamStep(new AdamStep(0.1, 0.9, 0.99, 1e-8, 0.1, true, 3), w, zero, m, v);
    assertExactly(w, 0, 0, 0);
  }

  @ComputeTypes
  void stepsAtPositionsAreThoseOfTheWholeThereAndNothingElsewhere(DType dtype) {
    Shape shape = Shape.of(40_001);
    int[] positions = new int[20_000];
    Arrays.setAll(positions, i -> 2 * i + 1);
    double[] start = values(dtype, 1, shape);
    double[] speed = values(dtype, 3, shape);
    Arrays.setAll(speed, i -> Math.abs(speed[i])); // a second moment, too
    for (boolean flag : new boolean[] {false, true}) {
      var sgd = new SgdStep(0.1, 0.9, 0.25, 0.01, false, flag);
      var adam = new AdamStep(0.01, 0.9, 0.99, 1e-6, 0.1, flag, 2);
      Tensor gradient = tensor(dtype, shape, values(dtype, 2, shape));
      Tensor[] whole = new Tensor[5];
      Tensor[] some = new Tensor[5];
      for (Tensor[] group : List.of(whole, some)) {
        Arrays.setAll(group, i -> tensor(dtype, shape, i % 2 == 0 ? start : speed));
      }
      backend.sgdStep(sgd, whole[0], gradient, whole[1]);
      backend.sgdStepAt(positions, sgd, some[0], gradient, some[1]);
      backend.adamStep(adam, whole[2], gradient, whole[4], whole[3]);
      backend.adamStepAt(positions, adam, some[2], gradient, some[4], some[3]);
      for (int i = 0; i < whole.length; i++) {
        double[] expected = read(whole[i]);
        double[] untouched = i % 2 == 0 ? start : speed;
        for (int at = 0; at < expected.length; at += 2) {
          expected[at] = untouched[at];
        }
        assertWithin("result " + i, some[i], expected, bounds(dtype, expected.length));
      }
    }
  }
}
