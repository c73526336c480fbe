package dev.espalier.bench.command;

import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Origins;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The weights that a stored model was trained to, and earlier ones from another file. */
final class StoredOrigins implements Origins, AutoCloseable {
  private final StoredModel stored;
  private final Map<String, Tensor> trained = new LinkedHashMap<>();
  private final Optional<StoredModel> earlier;
  private Module teacher;

  StoredOrigins(StoredModel stored, Optional<Path> earlierFile) {
    this.stored = stored;
    this.earlier = earlierFile.map(StoredModel::load);
    earlier.ifPresent(
        other -> {
          if (!other.name().equals(stored.name()) || other.classes() != stored.classes()) {
            throw new IllegalArgumentException(
                "--rewind-to: %s holds '%s' with %d classes, but the model to prune is '%s' with %d"
                    .formatted(
                        earlierFile.get(),
                        other.name(),
                        other.classes(),
                        stored.name(),
                        stored.classes()));
          }
        });
    stored
        .module()
        .stateDict()
        .forEach((name, tensor) -> trained.put(name, Scope.detach(tensor.copy())));
  }

  @Override
  public Map<String, Tensor> dense(double share) {
    if (share == 1) {
      return trained;
    }
    return earlier
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the weights after %s %% of the training are in no file"
                        .formatted(100 * share)))
        .module()
        .stateDict();
  }

  @Override
  public Module teacher() {
    if (teacher == null) {
      teacher = Models.create(stored.name(), stored.classes(), new Generator(0));
      teacher.loadStateDict(trained);
      teacher.eval();
    }
    return teacher;
  }

  @Override
  public void close() {
    trained.values().forEach(Tensor::close);
    earlier.ifPresent(other -> other.module().close());
    if (teacher != null) {
      teacher.close();
    }
  }
}
