package dev.espalier.nn.train;

import dev.espalier.nn.optim.Optimizer;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * An optimiser's state.
 *
 * @param tensors copies of {@link Optimizer#stateTensors}
 * @param stepCounts steps taken by each parameter
 */
record SavedOptimizer(Map<String, Tensor> tensors, Map<String, Long> stepCounts) {
  static SavedOptimizer of(Optimizer optimizer) {
    return new SavedOptimizer(SavedModel.copies(optimizer.stateTensors()), optimizer.stepCounts());
  }

  List<String> differences(Optimizer optimizer) {
    return optimizer.differences(tensors, stepCounts);
  }

  void restoreInto(Optimizer optimizer) {
    optimizer.restore(tensors, stepCounts);
  }
}
