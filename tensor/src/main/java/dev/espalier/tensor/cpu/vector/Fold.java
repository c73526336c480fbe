package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.spi.ReduceOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What a reduction does with one more vector of elements, with two accumulators, and with the lanes
 * of the last one.
 */
enum Fold {
  SUM(0) {
    @Override
    FloatVector next(FloatVector so, FloatVector x) {
      return so.add(x);
    }
  },
  SUM_ABS(0) {
    @Override
    FloatVector next(FloatVector so, FloatVector x) {
      return so.add(x.abs());
    }
  },
  SUM_SQUARES(0) {
    @Override
    FloatVector next(FloatVector so, FloatVector x) {
      return x.fma(x, so);
    }
  },
  MAX(Float.NEGATIVE_INFINITY) {
    @Override
    FloatVector next(FloatVector so, FloatVector x) {
      return so.max(x);
    }

    @Override
    FloatVector merge(FloatVector a, FloatVector b) {
      return a.max(b);
    }

    @Override
    float lanes(FloatVector last) {
      return last.reduceLanes(VectorOperators.MAX);
    }

    @Override
    double merge(double a, double b) {
      return Math.max(a, b);
    }
  },
  MIN(Float.POSITIVE_INFINITY) {
    @Override
    FloatVector next(FloatVector so, FloatVector x) {
      return so.min(x);
    }

    @Override
    FloatVector merge(FloatVector a, FloatVector b) {
      return a.min(b);
    }

    @Override
    float lanes(FloatVector last) {
      return last.reduceLanes(VectorOperators.MIN);
    }

    @Override
    double merge(double a, double b) {
      return Math.min(a, b);
    }
  };

  final float identity;

  Fold(float identity) {
    this.identity = identity;
  }

  static Fold of(ReduceOp op) {
    return switch (op) {
      case SUM -> SUM;
      case MAX -> MAX;
      case MIN -> MIN;
      case SUM_ABS -> SUM_ABS;
      case SUM_SQUARES -> SUM_SQUARES;
    };
  }

  /** The fold that joins the results of this one over parts. */
  Fold ofParts() {
    return this == MAX || this == MIN ? this : SUM;
  }

  abstract FloatVector next(FloatVector so, FloatVector x);

  FloatVector merge(FloatVector a, FloatVector b) {
    return a.add(b);
  }

  float lanes(FloatVector last) {
    return Lanes.sum(last);
  }

  double merge(double a, double b) {
    return a + b;
  }
}
