package dev.espalier.prune.score;

import dev.espalier.nn.Parameter;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.TrainingScorer;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Movement: {@code s = -Σ_t w_t ∂L_t/∂w_t} over the training steps watched, w_t before the step.
 * Weights that the loss moves away from zero score high, whatever their size.
 *
 * <p>The gradient is the optimiser's, at kept positions (clipped if the plan clips); where a weight
 * is masked, nothing is added. Keeps two copies of every prunable weight. Source: V. Sanh, T. Wolf,
 * A. Rush, Movement Pruning: Adaptive Sparsity by Fine-Tuning (2020), whose scores are these times
 * their own learning rate and decide during training.
 */
public final class Movement implements TrainingScorer {
  private static final class Moved {
    final Tensor before;
    final Tensor sum;

    Moved(Parameter parameter) {
      before = Scope.detach(parameter.tensor().copy());
      sum = Scope.detach(Tensor.zeros(parameter.dtype(), parameter.shape()));
    }
  }

  private final class Watcher implements TrainingListener {
    @Override
    public void onStart(Trainer trainer) {
      PrunableWeight.of(trainer.model()).forEach(w -> watch(w.parameter()));
    }

    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      try (var _ = Scope.open("movement")) {
        moved.forEach(Movement::add);
      }
      steps++;
    }
  }

  private final Map<Parameter, Moved> moved = new IdentityHashMap<>();
  private long steps;

  /** Has seen nothing yet. */
  public Movement() {}

  @Override
  public String name() {
    return "movement";
  }

  @Override
  public boolean needsData() {
    return false;
  }

  @Override
  public Movement fresh() {
    return new Movement();
  }

  @Override
  public TrainingListener listener() {
    return new Watcher();
  }

  private void watch(Parameter parameter) {
    Moved known = moved.get(parameter);
    if (known == null || !known.before.shape().equals(parameter.shape())) {
      moved.put(parameter, new Moved(parameter));
    } else {
      known.before.copyFrom(parameter.tensor());
    }
  }

  private static void add(Parameter parameter, Moved known) {
    if (parameter.grad() != null) {
      Tensor product = Elementwise.mul(known.before, parameter.grad().tensor());
      Elementwise.axpby(-1, product, 1, known.sum);
    }
    known.before.copyFrom(parameter.tensor());
  }

  @Override
  public Score scores(ScoringContext context) {
    if (steps == 0) {
      throw new IllegalStateException(
          "scorer 'movement' has watched no training step: put the pruner's observer into the"
              + " training plan and prune during or after training");
    }
    return ElementScores.of(
        name(),
        context,
        w -> {
          Moved known = moved.get(w.parameter());
          if (known == null || !known.sum.shape().equals(w.parameter().shape())) {
            throw new IllegalStateException(
                "scorer 'movement' has not watched '%s'; train the same module"
                    .formatted(w.name()));
          }
          return known.sum.copy();
        });
  }
}
