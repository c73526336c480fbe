package dev.espalier.prune.surgery;

import dev.espalier.prune.surgery.ParameterAxes.Axis;

/**
 * A place where a channel flows into something else than itself.
 *
 * @param reader the axis of the weight that reads it, or null where no weight does
 * @param zero when there is nothing to read
 */
record ChannelRead(Axis reader, ZeroWhen zero) {}
