package dev.espalier.prune;

import dev.espalier.tensor.Tensor;
import java.util.Map;

/**
 * What a {@link Scorer} says about a model: one number per weight element, or one per channel.
 *
 * <p>Structures as fine as an element take the first kind only; structures of whole channels take
 * either. Larger means keep.
 */
public sealed interface Score {
  /** Name of the scorer, for messages. */
  String scorer();

  /** The numbers, by name of the weight that they belong to. */
  Map<String, Tensor> byWeight();

  /** The same kind of score with other numbers. */
  Score with(Map<String, Tensor> others);

  /**
   * The scores of the elements of one weight, shaped like it.
   *
   * @param structure who asks, for the message
   * @throws IllegalArgumentException if the scorer ranks channels, or says nothing about the weight
   */
  Tensor elements(String weight, String structure);

  /**
   * One number per weight element.
   *
   * @param byWeight shaped like the weights
   */
  record Elements(String scorer, Map<String, Tensor> byWeight) implements Score {
    @Override
    public Score with(Map<String, Tensor> others) {
      return new Elements(scorer, others);
    }

    @Override
    public Tensor elements(String weight, String structure) {
      return found(this, weight);
    }
  }

  /**
   * One number per channel (output filter or neuron).
   *
   * @param byWeight [O] by name of the weight whose axis 0 makes the channels; weights whose
   *     channels are tied together (by a residual addition) share one tensor
   */
  record Channels(String scorer, Map<String, Tensor> byWeight) implements Score {
    @Override
    public Score with(Map<String, Tensor> others) {
      return new Channels(scorer, others);
    }

    @Override
    public Tensor elements(String weight, String structure) {
      throw new IllegalArgumentException(
          ("scorer '%s' ranks whole channels, which structure '%s' divides at '%s'; use a structure"
                  + " of filters or neurons, or a scorer of weights such as 'magnitude'")
              .formatted(scorer, structure, weight));
    }
  }

  /** A layer is to be ranked of which a scorer says nothing. */
  final class UnrankedException extends IllegalArgumentException {
    private UnrankedException(String message) {
      super(message);
    }
  }

  /**
   * The scores of one weight, of either kind.
   *
   * @throws UnrankedException if there are none
   */
  static Tensor found(Score score, String weight) {
    Tensor found = score.byWeight().get(weight);
    if (found == null) {
      throw new UnrankedException(
          "scorer '%s' says nothing about '%s', but of %s; protect that layer, or use another scorer"
              .formatted(score.scorer(), weight, score.byWeight().keySet()));
    }
    return found;
  }
}
