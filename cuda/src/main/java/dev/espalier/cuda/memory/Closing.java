package dev.espalier.cuda.memory;

import java.util.List;

/** Releases several things, all of them even when some fail, as all do on a device that is lost. */
public final class Closing {
  private Closing() {}

  /**
   * Runs all steps in order.
   *
   * @throws RuntimeException the first failure, with the later ones suppressed in it
   */
  public static void all(List<Runnable> steps) {
    RuntimeException first = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
