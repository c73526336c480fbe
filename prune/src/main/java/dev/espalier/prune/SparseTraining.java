package dev.espalier.prune;

import dev.espalier.nn.Parameter;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows a {@link Schedule.DropAndGrow} during training.
 *
 * <p>After a step at which it is due, {@code k = ⌊f n⌋} of each set's n living groups, those of
 * smallest score, are dropped; then k grow among all that are not living, those just dropped
 * included (one that returns at once keeps its value). A grown weight starts at zero with an
 * optimiser state of zero, which a hard mask guarantees. The number of living groups never changes.
 *
 * <p>The dense gradient is computed in such steps only. Random growth draws from the pruner's
 * generator, which a training that is to be resumed must name in its plan.
 */
public final class SparseTraining implements TrainingListener {
  private final Pruner pruner;
  private final Schedule.DropAndGrow schedule;
  private final long steps;
  private List<Tensor> growth = List.of();

  /**
   * Follows a schedule on a model that the pruner's masks have made sparse already.
   *
   * @param steps training steps in all
   * @throws IllegalArgumentException if the pruner's structure does not let groups grow
   */
  public SparseTraining(Pruner pruner, Schedule.DropAndGrow schedule, long steps) {
    this.pruner = pruner;
    this.schedule = schedule;
    this.steps = steps;
    pruner.requireRegrowth(schedule.name());
  }

  private boolean wantsGradient(long step) {
    return schedule.growth() == Schedule.DropAndGrow.Growth.GRADIENT && schedule.due(step, steps);
  }

  private void handOutDenseGradients(boolean dense) {
    pruner.weights().forEach(weight -> weight.parameter().setDenseGradient(dense));
  }

  @Override
  public void onStart(Trainer trainer) {
    handOutDenseGradients(wantsGradient(trainer.step() + 1));
  }

  @Override
  public void beforeUpdate(Trainer trainer, long step) {
    if (wantsGradient(step)) {
      keepGradients();
    }
  }

  /** Keeps |∂L/∂w| per group, and leaves the optimiser the masked gradient. */
  private void keepGradients() {
    try (var _ = Scope.open("dense gradients")) {
      Map<String, Tensor> magnitudes = new LinkedHashMap<>();
      for (PrunableWeight weight : pruner.weights()) {
        Parameter parameter = weight.parameter();
        if (parameter.grad() == null) {
          throw new IllegalStateException(
              "schedule '%s': '%s' has no gradient to grow by; is it frozen?"
                  .formatted(schedule.name(), weight.name()));
        }
        Tensor gradient = parameter.grad().tensor();
        magnitudes.put(weight.name(), Elementwise.abs(gradient));
        if (parameter.mask() != null) {
          parameter.mask().applyInPlace(gradient);
        }
      }
      growth =
          pruner.ofGroups(magnitudes).stream().map(scores -> Scope.detach(scores.copy())).toList();
    }
  }

  @Override
  public void afterStep(Trainer trainer, StepEvent event) {
    long step = event.step();
    if (schedule.due(step, steps)) {
      move(schedule.fraction(step, steps));
    }
    handOutDenseGradients(step < steps && wantsGradient(step + 1));
  }

  private void move(double fraction) {
    try (var _ = Scope.open("drop and grow")) {
      List<Tensor> scores = pruner.groupScores();
      List<Tensor> wanted = growth.isEmpty() ? pruner.randomGrowth() : growth;
      List<Mask> kept = new ArrayList<>();
      for (int i = 0; i < scores.size(); i++) {
        kept.add(moved(pruner.sets().get(i).alive(), scores.get(i), wanted.get(i), fraction));
      }
      pruner.keep(kept);
    } finally {
      growth.forEach(Tensor::close);
      growth = List.of();
    }
  }

  /**
   * The groups that live after a move.
   *
   * @param scores [count], of the living ones
   * @param wanted [count], how much a group that does not live should
   */
  static Mask moved(Mask alive, Tensor scores, Tensor wanted, double fraction) {
    int moves = (int) Math.floor(fraction * alive.kept());
    if (moves == 0 || alive.kept() == alive.size()) {
      return alive;
    }
    Mask stay = Mask.keepLargest(scores, alive.kept() - moves);
    Tensor elsewhere =
        Elementwise.select(
            stay.toTensor(DType.BOOL),
            Tensor.full(wanted.dtype(), wanted.shape(), Double.NEGATIVE_INFINITY),
            wanted);
    return stay.or(Mask.keepLargest(elsewhere, moves));
  }
}
