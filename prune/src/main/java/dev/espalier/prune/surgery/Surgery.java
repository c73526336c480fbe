package dev.espalier.prune.surgery;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes a model physically smaller by removing channels and branches that masks have emptied. */
public final class Surgery {
  /** What outputs may change by, relative to the largest: sums in another order. */
  private static final double FLOAT32_TOLERANCE = 1e-3;

  private static final double FLOAT64_TOLERANCE = 1e-9;

  private Surgery() {}

  /** {@link #shrink(Module, Tensor, SurgeryOptions)} with {@link SurgeryOptions#DEFAULT}. */
  public static ShrinkPlan shrink(Module module, Tensor example) {
    return shrink(module, example, SurgeryOptions.DEFAULT);
  }

  /**
   * Removes, in place, every residual branch that masks make zero, and every channel that nothing
   * reads: everywhere it is zero, because masks have emptied what makes it (or the normalisation or
   * gate behind), or the slice that reads it is masked. With it go its rows, biases, normalisation
   * parameters and running statistics, and the slices of all that read it. The outputs stay the
   * same.
   *
   * <p>Masks that are left (elements inside kept channels) are cut likewise, and so is the state of
   * the optimisers given; others must be made anew.
   *
   * @param example an input of the module
   * @return what was removed, and what had to stay and why
   * @throws IllegalStateException if the smaller model fails on the example or gives other outputs,
   *     because its code depends on a number of channels in a way that the recorded graph does not
   *     show; the model is unchanged then
   */
  public static ShrinkPlan shrink(Module module, Tensor example, SurgeryOptions options) {
    try (var _ = Scope.open("surgery")) {
      Tensor before = outputs(module, example);
      List<Parameter> all = module.parameters();
      var undo = new Undo();
      ShrinkPlan plan;
      try {
        List<String> branches = removeBranches(module, example, undo);
        plan = ShrinkPlan.of(module, example, options, branches);
        cut(module, plan, undo);
        checkSame(before, outputs(module, example));
      } catch (RuntimeException e) {
        undo.run();
        throw new IllegalStateException("surgery: nothing was changed: " + e.getMessage(), e);
      }
      List<Parameter> left = module.parameters();
      List<Parameter> gone = all.stream().filter(parameter -> !left.contains(parameter)).toList();
      for (Optimizer optimizer : options.optimizers()) {
        optimizer.forget(gone);
        plan.parameters().forEach(p -> optimizer.changeState(p, state -> plan.cut(p, state)));
      }
      return plan;
    }
  }

  private static List<String> removeBranches(Module module, Tensor example, Undo undo) {
    List<String> removed = new ArrayList<>();
    for (ResidualBranch branch : ResidualBranch.of(module, example)) {
      if (branch.isDead() && removed.stream().noneMatch(o -> branch.name().startsWith(o + "."))) {
        undo.remember(branch.block());
        branch.block().replaceBody(null);
        removed.add(branch.name());
      }
    }
    return removed;
  }

  private static void cut(Module module, ShrinkPlan plan, Undo undo) {
    List<Module> parts = module.namedModules().values().stream().distinct().toList();
    for (Module part : parts) {
      if (part instanceof BatchNorm norm && plan.parameters().contains(norm.weight())) {
        undo.remember(norm);
        norm.replaceStatistics(
            plan.cut(norm.weight(), norm.runningMean()),
            plan.cut(norm.weight(), norm.runningVariance()));
      }
    }
    for (Parameter parameter : plan.parameters()) {
      undo.remember(parameter);
      Mask mask = plan.mask(parameter);
      var mode = parameter.maskMode();
      parameter.replace(plan.value(parameter));
      if (mask != null) {
        parameter.setMask(mask, mode);
      }
    }
    for (Module part : parts) {
      if (part instanceof Conv2d conv && plan.rowsPerGroup(conv.weight()) > 0) {
        undo.remember(conv);
        conv.setGroups(conv.weight().dim(0) / plan.rowsPerGroup(conv.weight()));
      }
    }
  }

  private static Tensor outputs(Module module, Tensor example) {
    try (var _ = module.evaluating();
        var _ = Autograd.noGrad();
        var scope = Scope.open("surgery check")) {
      return scope.keep(module.forward(Variable.of(example)).tensor().contiguous());
    }
  }

  private static void checkSame(Tensor before, Tensor after) {
    double[] a = before.toDoubleArray();
    double[] b = after.toDoubleArray();
    double scale = Arrays.stream(a).map(Math::abs).max().orElse(0);
    if (!Double.isFinite(scale)) {
      return; // a model that has diverged gives nothing to compare
    }
    double error = 0;
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      error = Math.max(error, Double.isNaN(b[i]) ? Double.MAX_VALUE : Math.abs(a[i] - b[i]));
    }
    double tolerance = before.dtype() == DType.FLOAT64 ? FLOAT64_TOLERANCE : FLOAT32_TOLERANCE;
    if (!before.shape().equals(after.shape()) || error > tolerance * scale) {
      throw new IllegalStateException(
          "the smaller model's outputs %s on the example differ from those before, %s, by %.2g of %.2g; does its code use a constant that depends on the number of channels?"
              .formatted(after.shape(), before.shape(), error, scale));
    }
  }
}
