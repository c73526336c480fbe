package dev.espalier.prune.surgery;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Residual;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayDeque;
import java.util.Deque;

/** What puts a model back to what it was; its copies belong to the scope that it is used in. */
final class Undo {
  private final Deque<Runnable> steps = new ArrayDeque<>();

  void remember(Parameter parameter) {
    Tensor value = parameter.tensor().copy();
    Mask mask = parameter.mask();
    Parameter.MaskMode mode = parameter.maskMode();
    steps.push(
        () -> {
          parameter.replace(value);
          if (mask != null) {
            parameter.setMask(mask, mode);
          }
        });
  }

  void remember(BatchNorm norm) {
    Tensor mean = norm.runningMean().copy();
    Tensor variance = norm.runningVariance().copy();
    steps.push(() -> norm.replaceStatistics(mean, variance));
  }

  void remember(Conv2d conv) {
    int groups = conv.spec().groups();
    steps.push(() -> conv.setGroups(groups));
  }

  void remember(Residual block) {
    Module body = block.body();
    steps.push(() -> block.replaceBody(body));
  }

  void run() {
    while (!steps.isEmpty()) {
      steps.pop().run();
    }
  }
}
