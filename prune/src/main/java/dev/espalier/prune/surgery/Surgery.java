package dev.espalier.prune.surgery;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;

/** Makes a model physically smaller by removing channels that masks have emptied. */
public final class Surgery {
  private Surgery() {}

  /**
   * Removes, in place, every channel that is masked out in all that make it: its rows, biases,
   * normalisation parameters and running statistics, and the slices of all that read it. The
   * outputs stay the same, since such a channel is zero everywhere.
   *
   * <p>Masks that are left (elements inside kept channels) are cut likewise. Optimisers must be
   * made anew.
   *
   * @param example an input of the module
   * @return what was removed, and what had to stay and why
   */
  public static ShrinkPlan shrink(Module module, Tensor example) {
    try (var scope = Scope.open("surgery")) {
      ShrinkPlan plan = ShrinkPlan.of(module, example);
      for (Module part : module.namedModules().values()) {
        if (part instanceof BatchNorm norm) {
          norm.replaceStatistics(
              scope.keep(plan.statistic(norm.weight(), norm.runningMean())),
              scope.keep(plan.statistic(norm.weight(), norm.runningVariance())));
        }
      }
      for (Parameter parameter : plan.parameters()) {
        Mask mask = plan.mask(parameter);
        var mode = parameter.maskMode();
        parameter.replace(plan.value(parameter));
        if (mask != null) {
          parameter.setMask(mask, mode);
        }
      }
      for (Module part : module.namedModules().values()) {
        if (part instanceof Conv2d conv && plan.rowsPerGroup(conv.weight()) > 0) {
          conv.setGroups(conv.weight().dim(0) / plan.rowsPerGroup(conv.weight()));
        }
      }
      return plan;
    }
  }
}
