package dev.espalier.nn.train;

/** The loss, or a gradient to be clipped, is NaN or infinite; the step was not taken. */
public final class NonFiniteLossException extends RuntimeException {
  private final long step;
  private final String layer;

  NonFiniteLossException(long step, String what, NonFiniteSource source) {
    super(
        "training: %s at step %d: %s; lower the learning rate, warm it up, or clip the gradients"
            .formatted(what, step, source.description()));
    this.step = step;
    this.layer = source.layer();
  }

  /** The step that would have been taken, from 1. */
  public long step() {
    return step;
  }

  /** Name of the first layer that holds or makes such a value, or {@code input}. */
  public String layer() {
    return layer;
  }
}
