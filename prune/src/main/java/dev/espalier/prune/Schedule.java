package dev.espalier.prune;

import dev.espalier.nn.optim.LrSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much is pruned when: the third axis of a pruning method. Densities are of the groups that may
 * be pruned, pure functions of round or step, so a schedule can be tested and plotted.
 */
public sealed interface Schedule {
  /** Name for the registry and the results. */
  String name();

  /**
   * A point of a schedule's curve.
   *
   * @param at the round or step after which it holds; 0 is before the first
   * @param density share of the groups that is left
   */
  record Point(long at, double density) {}

  /**
   * The density as a function of rounds or steps, for plotting: a point at 0 and one for each event
   * of pruning.
   *
   * @param steps training steps in all, for schedules that prune inside training
   * @param layers layers of the model, taken to be of one size
   * @param last the density to end at
   */
  List<Point> curve(long steps, int layers, double last);

  /** Density of a layer at a place while the whole has {@code density}. */
  default double densityAt(Place place, double density) {
    return density;
  }

  /** Whether it treats layers differently, so that one ranking over all of them is meaningless. */
  default boolean tellsLayersApart() {
    return false;
  }

  /** Prunes a model before it is trained. */
  non-sealed interface AtStart extends Schedule {
    /** Number of times that the model is scored and pruned, one right after the other. */
    int rounds();

    /** Density after {@code round}, counted from 1, on the way to {@code last}. */
    double density(int round, double last);

    @Override
    default List<Point> curve(long steps, int layers, double last) {
      List<Point> points = new ArrayList<>(List.of(new Point(0, 1)));
      for (int round = 1; round <= rounds(); round++) {
        points.add(new Point(round, density(round, last)));
      }
      return points;
    }
  }

  /** Prunes a trained model in rounds, each followed by fine-tuning. */
  non-sealed interface Rounds extends Schedule {
    /**
     * Number of rounds.
     *
     * @param last the density to end at
     * @param layers number of layers, or of sets of layers tied together
     */
    int rounds(double last, int layers);

    /**
     * Density after round {@code round}, counted from 1, of the layers that the round opens, on the
     * way to {@code last} at the last round.
     */
    double density(int round, double last);

    /** Whether a round prunes in a layer, both of which count from the front of the model. */
    default boolean opens(int round, int layer, int layers) {
      return true;
    }

    @Override
    default List<Point> curve(long steps, int layers, double last) {
      List<Point> points = new ArrayList<>(List.of(new Point(0, 1)));
      double[] densities = new double[layers];
      Arrays.fill(densities, 1);
      for (int round = 1; round <= rounds(last, layers); round++) {
        double sum = 0;
        for (int layer = 0; layer < layers; layer++) {
          if (opens(round, layer, layers)) {
            densities[layer] = density(round, last);
          }
          sum += densities[layer];
        }
        points.add(new Point(round, sum / layers));
      }
      return points;
    }
  }

  /** Prunes while the model trains for the first time. */
  non-sealed interface Gradual extends Schedule {
    /** Whether to prune after {@code step} of {@code steps} training steps. */
    boolean due(long step, long steps);

    /** Density after {@code step}, on the way to {@code last}; never increases with the step. */
    double density(long step, long steps, double last);

    /** What becomes of the pruned weights until the last time that it is due. */
    default Masking masking() {
      return Masking.HARD;
    }

    /**
     * This schedule for a run with known learning rates, for one that follows them.
     *
     * @param steps training steps in all
     * @param rates the factor of the learning rate at each step
     */
    default Gradual along(long steps, LrSchedule rates) {
      return this;
    }

    @Override
    default List<Point> curve(long steps, int layers, double last) {
      List<Point> points = new ArrayList<>(List.of(new Point(0, 1)));
      for (long step = 1; step <= steps; step++) {
        if (due(step, steps)) {
          points.add(new Point(step, density(step, steps, last)));
        }
      }
      return points;
    }
  }

  /**
   * Prunes, while the model trains for the first time, what scores below a limit of its layer that
   * rises. The density that is asked for gives the scale of the limits alone; where it ends is what
   * training makes of it.
   */
  non-sealed interface Threshold extends Schedule {
    /** A limit as a function of the step, counted from 1. */
    interface Limit {
      /** Whether it has risen with {@code step}, so that there is something to prune after it. */
      boolean due(long step);

      /** What scores below this after {@code step} is pruned; never decreases. */
      double epsilon(long step);
    }

    /**
     * The limit of a layer.
     *
     * @param q the smallest score that stays in the trained dense network at the density asked for
     * @param steps training steps in all
     * @param epoch steps of an epoch
     */
    Limit limit(double q, long steps, long epoch);

    /**
     * As if scores were distributed exponentially and training left them alone, so that {@code d^(ε
     * / q)} of them reach ε, and an epoch were a twentieth of the steps.
     */
    @Override
    default List<Point> curve(long steps, int layers, double last) {
      Limit limit = limit(1, steps, Math.max(1, steps / 20));
      List<Point> points = new ArrayList<>(List.of(new Point(0, 1)));
      for (long step = 1; step <= steps; step++) {
        if (limit.due(step)) {
          points.add(new Point(step, Math.pow(last, limit.epsilon(step))));
        }
      }
      return points;
    }
  }

  /**
   * Trains at one density from start to end, and moves a share of the weights to other places now
   * and then: sparse to sparse.
   */
  non-sealed interface DropAndGrow extends Schedule {
    /** How the weights that come instead of the dropped ones are chosen. */
    enum Growth {
      /** At random. */
      RANDOM,
      /**
       * Those of the largest gradient, which is computed at masked positions too in such a step.
       */
      GRADIENT
    }

    /** Whether to move weights after {@code step} of {@code steps} training steps. */
    boolean due(long step, long steps);

    /** Share of a layer's weights to move after {@code step}. */
    double fraction(long step, long steps);

    /** How weights grow. */
    Growth growth();

    @Override
    default List<Point> curve(long steps, int layers, double last) {
      return List.of(new Point(0, last), new Point(steps, last));
    }
  }
}
