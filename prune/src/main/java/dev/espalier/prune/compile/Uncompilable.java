package dev.espalier.prune.compile;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Embedding;
import dev.espalier.nn.layer.MultiHeadAttention;
import java.util.Optional;

/** Layers whose forward pass no compiled step computes. */
final class Uncompilable {
  private Uncompilable() {}

  /**
   * Refuses a module with such a layer anywhere in it.
   *
   * @throws IllegalArgumentException naming the layer and what to do instead
   */
  static void refuse(Module module) {
    module
        .namedModules()
        .forEach(
            (name, part) ->
                reason(part)
                    .ifPresent(
                        reason -> {
                          throw new IllegalArgumentException(
                              "compile: layer '%s', %s, %s, for which there is no compiled step; compile the layers before and behind it apart, or run the module itself, whose masked products leave out work too"
                                  .formatted(name, part, reason));
                        }));
  }

  private static Optional<String> reason(Module part) {
    return switch (part) {
      case MultiHeadAttention _ -> Optional.of("attends across the positions of a row");
      case Embedding _ -> Optional.of("looks rows up by whole numbers");
      default -> Optional.empty();
    };
  }
}
