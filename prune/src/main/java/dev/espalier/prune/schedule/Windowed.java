package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/** A schedule that prunes at the steps of a {@link Window}, which its name tells where unusual. */
public interface Windowed extends Schedule.Gradual {
  /** When it is due. */
  Window window();

  /** Its name with the usual window. */
  String family();

  /** The window that the name does not tell. */
  default Window usual() {
    return Window.STANDARD;
  }

  @Override
  default String name() {
    return family() + window().suffix(usual());
  }

  @Override
  default boolean due(long step, long steps) {
    return window().due(step, steps);
  }
}
