package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MultiHeadAttention;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A weight that may be pruned: the matrix of a linear layer, the kernels of a convolution or the
 * projections of an attention layer. One that is used twice counts once, under its first name.
 * Biases and normalisation parameters are not.
 *
 * @param name dotted name of the parameter
 * @param parameter the weight
 * @param place where in the model it sits
 */
public record PrunableWeight(String name, Parameter parameter, Place place) {
  /** The prunable weights of a module, in its order. */
  public static List<PrunableWeight> of(Module module) {
    List<PrunableWeight> found = new ArrayList<>();
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              String weight = name.isEmpty() ? "weight" : name + ".weight";
              switch (part) {
                case Linear linear ->
                    found.add(new PrunableWeight(weight, linear.weight(), Place.INNER));
                case Conv2d conv ->
                    found.add(new PrunableWeight(weight, conv.weight(), Place.INNER));
                case MultiHeadAttention attention ->
                    found.add(
                        new PrunableWeight(
                            name.isEmpty() ? "in_proj_weight" : name + ".in_proj_weight",
                            attention.inProjWeight(),
                            Place.INNER));
                default -> {}
              }
            });
    Set<Parameter> seen = new HashSet<>();
    found.removeIf(weight -> !seen.add(weight.parameter));
    if (!found.isEmpty() && found.getFirst().parameter.shape().rank() > 2) {
      found.set(0, found.getFirst().at(Place.STEM));
    }
    for (int i = found.size() - 1; i >= 0; i--) {
      if (found.get(i).parameter.shape().rank() == 2) {
        found.set(i, found.get(i).at(Place.CLASSIFIER));
        break;
      }
    }
    return List.copyOf(found);
  }

  private PrunableWeight at(Place other) {
    return new PrunableWeight(name, parameter, other);
  }
}
