package dev.espalier.cuda.emulator.machine;

import dev.espalier.cuda.emulator.Check;
import java.util.Set;

/**
 * Which faults are looked for; as fields, since they are asked on every access.
 *
 * <p>An access outside of every allocation always ends a launch, as there is nothing to read.
 */
public final class Checks {
  /** {@link Check#ALIGNMENT}. */
  public final boolean alignment;

  /** {@link Check#UNINITIALISED}. */
  public final boolean uninitialised;

  /** {@link Check#SHARED_RACE}. */
  public final boolean sharedRace;

  /** {@link Check#BARRIER}. */
  public final boolean barrier;

  /** {@link Check#ASYNC_COPY}. */
  public final boolean asyncCopy;

  /** The given ones. */
  public Checks(Set<Check> on) {
    alignment = on.contains(Check.ALIGNMENT);
    uninitialised = on.contains(Check.UNINITIALISED);
    sharedRace = on.contains(Check.SHARED_RACE);
    barrier = on.contains(Check.BARRIER);
    asyncCopy = on.contains(Check.ASYNC_COPY);
  }
}
