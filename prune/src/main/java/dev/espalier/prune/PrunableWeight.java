package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * A weight that may be pruned: the matrix of a linear layer or the kernels of a convolution. Biases
 * and normalisation parameters are not.
 *
 * @param name dotted name of the parameter
 * @param parameter the weight
 * @param classifier whether it is the model's last linear layer
 */
public record PrunableWeight(String name, Parameter parameter, boolean classifier) {
  /** The prunable weights of a module, in its order. */
  public static List<PrunableWeight> of(Module module) {
    List<PrunableWeight> found = new ArrayList<>();
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              String weight = name.isEmpty() ? "weight" : name + ".weight";
              switch (part) {
                case Linear linear -> found.add(new PrunableWeight(weight, linear.weight(), false));
                case Conv2d conv -> found.add(new PrunableWeight(weight, conv.weight(), false));
                default -> {}
              }
            });
    for (int i = found.size() - 1; i >= 0; i--) {
      PrunableWeight last = found.get(i);
      if (last.parameter.shape().rank() == 2) {
        found.set(i, new PrunableWeight(last.name, last.parameter, true));
        break;
      }
    }
    return List.copyOf(found);
  }
}
