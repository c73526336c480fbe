package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Which weights live or die together: the first axis of a pruning method. */
public interface Structure {
  /** Name for the registry and the results. */
  String name();

  /** The share of its groups that a structure keeps by its nature; empty if that is free. */
  default OptionalDouble fixedDensity() {
    return OptionalDouble.empty();
  }

  /**
   * Whether groups are chosen layer by layer from the front, and the score of each leaves out what
   * goes with the groups that lose in layers before it. Else all are scored first.
   */
  default boolean greedy() {
    return false;
  }

  /**
   * Whether a group is a whole channel of what a layer makes, so that {@link Method#roundingTo} can
   * say how many of them stay.
   */
  default boolean keepsChannels() {
    return false;
  }

  /**
   * The groups of a module's prunable weights.
   *
   * @param example an input of the module, for structures that follow the recorded graph
   */
  List<GroupSet> groups(Module module, Tensor example);

  /** Why some weights are in no group, by name; empty where nothing keeps a structure out. */
  default Map<String, String> leftAlone(Module module, Tensor example) {
    return Map.of();
  }
}
