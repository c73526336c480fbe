package dev.espalier.nn.train;

import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Which data a training reads, how, and where it is.
 *
 * @param name name of the data set
 * @param split part of it
 * @param count number of examples
 */
record SavedData(
    String name,
    String split,
    int count,
    int batchSize,
    boolean shuffle,
    boolean dropLast,
    long seed,
    DataLoader.Position position) {
  static SavedData of(DataLoader loader) {
    LoaderOptions options = loader.options();
    return new SavedData(
        loader.data().name(),
        loader.data().split(),
        loader.data().count(),
        options.batchSize(),
        options.shuffle(),
        options.dropLast(),
        options.seed(),
        loader.position());
  }

  List<String> differences(DataLoader loader) {
    SavedData other = of(loader);
    List<String> found = new ArrayList<>();
    compare(found, "data set", name, other.name);
    compare(found, "split", split, other.split);
    compare(found, "number of examples", count, other.count);
    compare(found, "batch size", batchSize, other.batchSize);
    compare(found, "shuffling", shuffle, other.shuffle);
    compare(found, "dropping the last batch", dropLast, other.dropLast);
    compare(found, "seed of the data", seed, other.seed);
    if (found.isEmpty() && position.batch() >= loader.batchesPerEpoch()) {
      found.add(
          "it stands at %s but an epoch has %d batches"
              .formatted(position, loader.batchesPerEpoch()));
    }
    return found;
  }

  private static void compare(List<String> found, String what, Object saved, Object now) {
    if (!saved.equals(now)) {
      found.add("%s was '%s' but is '%s'".formatted(what, saved, now));
    }
  }
}
