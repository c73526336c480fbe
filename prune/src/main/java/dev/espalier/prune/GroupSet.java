package dev.espalier.prune;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Map;

/**
 * The groups of weights of one layer (or of several layers tied together) that live or die as
 * wholes, ranked among each other.
 *
 * <p>A group may be one weight or a filter with everything that goes with it.
 */
public interface GroupSet {
  /** Name of the layer, or of the tied layers. */
  String name();

  /** Number of groups. */
  int count();

  /**
   * How many groups stay in any case: as a rule the best one, so that the layer does not become
   * empty.
   *
   * @param least what is asked for, 0 if layers may become empty
   */
  default int least(int least) {
    return least;
  }

  /** Where in the model its weights sit. */
  Place place();

  /**
   * A score per group, [count].
   *
   * @param score what the scorer said
   * @param aggregation how elements of a group, or channels of a larger one, are put together
   * @throws IllegalArgumentException if the groups are finer than what was scored
   */
  Tensor scores(Score score, Aggregation aggregation);

  /** The groups of which the present masks keep something, [count]. */
  Mask alive();

  /** The masks that keep the groups where the bit is set; all parameters that the groups touch. */
  Map<Parameter, Mask> masks(Mask keptGroups);
}
