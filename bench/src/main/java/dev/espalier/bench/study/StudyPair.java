package dev.espalier.bench.study;

import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.data.DatasetSpec;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.zoo.Models;
import java.util.List;

/**
 * A network on a data set, and how it is trained there.
 *
 * @param model name of the network
 * @param data name of the data set
 * @param options where the data set is and how much of it is used
 * @param recipe how to train, fine-tuning included
 * @param protect names of layers that no method prunes
 */
public record StudyPair(
    String model, String data, DatasetOptions options, Recipe recipe, List<String> protect) {
  /** Checks that both exist and fit. */
  public StudyPair {
    protect = List.copyOf(protect);
    int[] input = Models.entry(model).input().toArray();
    DatasetSpec spec = Datasets.spec(data);
    var shape = spec.shape();
    if (input[0] != shape.channels() || input[1] != shape.height() || input[2] != shape.width()) {
      throw new IllegalArgumentException(
          "study: model '%s' takes images of %d×%d×%d but data set '%s' has %d×%d×%d"
              .formatted(
                  model,
                  input[0],
                  input[1],
                  input[2],
                  data,
                  shape.channels(),
                  shape.height(),
                  shape.width()));
    }
    if (options.trainCount() < 1 || options.testCount() < 1) {
      throw new IllegalArgumentException(
          "study: %s on %s needs training and test images but is given %d and %d"
              .formatted(model, data, options.trainCount(), options.testCount()));
    }
  }

  /** A pair of which methods may prune every layer. */
  public StudyPair(String model, String data, DatasetOptions options, Recipe recipe) {
    this(model, data, options, recipe, List.of());
  }

  /** As limits name it: {@code lenet-5/mnist}. */
  public String path() {
    return model + "/" + data;
  }

  /** For the reader: {@code lenet-5 on mnist}. */
  public String name() {
    return model + " on " + data;
  }
}
