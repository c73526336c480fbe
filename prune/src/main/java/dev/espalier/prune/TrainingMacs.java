package dev.espalier.prune;

import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import java.util.function.DoubleSupplier;

/**
 * Counts the multiply-adds of training: {@code Σ 3 n_t m_t} over the steps t, with n_t examples and
 * m_t multiply-adds of a forward pass of one example by weights that are left.
 *
 * <p>Three, since a layer's gradients with respect to its inputs and to its weights take as many as
 * its outputs. Left out are, by the usual convention, normalisations and the optimiser; also a
 * teacher's passes, scores, and dense gradients that weights grow by. Z. Liu et al., Rethinking the
 * Value of Network Pruning (2019), compare training from scratch at equal counts.
 */
public final class TrainingMacs implements TrainingListener {
  private static final int PASSES = 3;

  private final DoubleSupplier ofExample;
  private double latest;
  private double sum;

  /**
   * A count from zero.
   *
   * @param ofExample multiply-adds of a forward pass of one example, under the masks of the moment
   */
  TrainingMacs(DoubleSupplier ofExample) {
    this.ofExample = ofExample;
  }

  /** Multiply-adds of training on a number of examples under masks that do not change. */
  public static long of(double ofExample, long examples) {
    return Math.round(PASSES * ofExample * examples);
  }

  @Override
  public void onStart(Trainer trainer) {
    latest = ofExample.getAsDouble();
  }

  /**
   * Adds the step by the masks that it was taken with, which other listeners may just have changed.
   */
  @Override
  public void onStep(StepEvent event) {
    sum += PASSES * latest * event.batchSize();
    latest = ofExample.getAsDouble();
  }

  /** All so far. */
  long total() {
    return Math.round(sum);
  }
}
