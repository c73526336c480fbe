package dev.espalier.prune;

import dev.espalier.nn.data.Batch;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.loss.Loss;

/**
 * Batches of a {@link DataLoader} from where it stands; after each pass it is put back there.
 *
 * <p>A loader that shuffles is taken as it is; one in the order of its data set is looked through
 * at once. Either way a batch is refused that holds far fewer classes than as many examples drawn
 * at random would.
 */
final class LoaderData implements ScoringData {
  private final DataLoader loader;
  private final DataLoader.Position start;
  private final int batches;
  private final Loss loss;
  private final ClassMix mix;

  /**
   * The next batches of a loader.
   *
   * @throws IllegalArgumentException if the number is not positive, or a batch of a loader that
   *     does not shuffle is not mixed
   */
  LoaderData(DataLoader loader, int batches, Loss loss) {
    if (batches < 1) {
      throw new IllegalArgumentException(
          "scoring data: the number of batches must be positive but is " + batches);
    }
    this.loader = loader;
    this.start = loader.position();
    this.batches = batches;
    this.loss = loss;
    this.mix = new ClassMix(loader.data().classCounts());
    if (!loader.options().shuffle()) {
      checkOrder();
    }
  }

  private void checkOrder() {
    ImageDataset data = loader.data();
    int size = loader.options().batchSize();
    for (int b = 0; b < Math.min(batches, loader.batchesPerEpoch()); b++) {
      int index = (start.batch() + b) % loader.batchesPerEpoch();
      int first = index * size;
      long[] labels = new long[Math.min(size, data.count() - first)];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = data.label(first + i);
      }
      mix.check(labels, "batch %d of %s".formatted(index, data));
    }
  }

  @Override
  public Loss loss() {
    return loss;
  }

  @Override
  public int batches() {
    return batches;
  }

  @Override
  public void forEach(BatchVisitor visitor) {
    loader.seek(start);
    try {
      for (int i = 0; i < batches; i++) {
        Batch batch = loader.next();
        mix.check(
            batch.labels().toLongArray(), "batch %d of %s".formatted(batch.index(), loader.data()));
        visitor.visit(batch.images(), batch.labels());
      }
    } finally {
      loader.seek(start);
    }
  }
}
