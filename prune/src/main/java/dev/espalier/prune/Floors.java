package dev.espalier.prune;

/**
 * The least densities of the weights at the ends of a model.
 *
 * @param stem of a convolution that reads the input
 * @param classifier of the last linear layer
 */
public record Floors(double stem, double classifier) {
  /** Nothing is treated apart. */
  public static final Floors NONE = new Floors(0, 0);

  /** The classifier is left alone. */
  public static final Floors WHOLE_CLASSIFIER = new Floors(0, 1);

  public Floors {
    if (!(stem >= 0 && stem <= 1 && classifier >= 0 && classifier <= 1)) {
      throw new IllegalArgumentException(
          "method: floors must lie in [0, 1] but are %s for the stem and %s for the classifier"
              .formatted(stem, classifier));
    }
  }

  /** The floor at a place. */
  public double at(Place place) {
    return switch (place) {
      case STEM -> stem;
      case INNER -> 0;
      case CLASSIFIER -> classifier;
    };
  }
}
