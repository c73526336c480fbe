package dev.espalier.nn.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;

/**
 * An endless sequence of batches, epoch after epoch, prepared ahead by one background thread.
 *
 * <p>What batch (epoch, index) holds depends on the data and the options alone: the order of an
 * epoch is the Fisher-Yates permutation of (seed, epoch), and the augmentation of an image that of
 * (seed, epoch, image). So {@link #seek} to a saved {@link #position} continues bit for bit.
 *
 * <p>Memory: prefetch + 1 batches, taken once and reused. A batch is valid until the next one is
 * asked for; then its tensors are closed. One thread consumes; {@link #close} may come from any.
 *
 * <p>PyTorch: {@code torch.utils.data.DataLoader}.
 */
public final class DataLoader implements AutoCloseable {
  /**
   * A place in the sequence of batches.
   *
   * @param epoch passes over the data completed before it
   * @param batch batches of the pass completed before it
   */
  public record Position(int epoch, int batch) {
    /** The beginning. */
    public static final Position START = new Position(0, 0);

    @Override
    public String toString() {
      return "batch " + batch + " of epoch " + epoch;
    }
  }

  /** Writes one image, as the network sees it, into an array. */
  interface ImageWriter {
    void write(int index, int epoch, float[] destination, int offset);
  }

  private final ImageDataset data;
  private final LoaderOptions options;
  private final ImageWriter writer;
  private final List<BatchSlot> slots = new ArrayList<>();
  private final float[] imageValues;
  private final long[] labelValues;
  private int[] order;
  private int orderEpoch = -1;

  private Position position = Position.START;
  private Prefetcher prefetcher;
  private BatchSlot held;
  private Batch batch;
  private boolean closed;

  /**
   * A loader at the beginning of epoch 0; the background thread starts with the first batch.
   *
   * @throws IllegalArgumentException if an epoch would have no batch, or the augmentation is for
   *     other images
   */
  public DataLoader(ImageDataset data, Augment augment, LoaderOptions options) {
    augment.requireChannels(data);
    this(
        data,
        options,
        (index, epoch, destination, offset) ->
            augment.apply(data, index, options.seed(), epoch, destination, offset));
  }

  DataLoader(ImageDataset data, LoaderOptions options, ImageWriter writer) {
    this.data = data;
    this.options = options;
    this.writer = writer;
    if (batchesPerEpoch() == 0) {
      throw new IllegalArgumentException(
          "data loader: no batch of "
              + options.batchSize()
              + (options.dropLast() ? " (incomplete ones dropped) in " : " in ")
              + data);
    }
    int capacity = Math.min(options.batchSize(), data.count());
    imageValues = new float[Math.multiplyExact(capacity, data.shape().values())];
    labelValues = new long[capacity];
    for (int i = 0; i <= options.prefetch(); i++) {
      slots.add(new BatchSlot(capacity, data.shape()));
    }
  }

  /** The images walked over. */
  public ImageDataset data() {
    return data;
  }

  /** How they are walked over. */
  public LoaderOptions options() {
    return options;
  }

  /** The number of batches in each epoch. */
  public int batchesPerEpoch() {
    return options.dropLast()
        ? data.count() / options.batchSize()
        : Math.ceilDiv(data.count(), options.batchSize());
  }

  /** Where the next batch is; to be saved in a checkpoint. */
  public synchronized Position position() {
    return position;
  }

  /**
   * Goes to a saved position.
   *
   * @throws IllegalArgumentException if there is no such batch
   */
  public synchronized void seek(Position target) {
    requireOpen();
    if (target.epoch() < 0 || target.batch() < 0 || target.batch() >= batchesPerEpoch()) {
      throw new IllegalArgumentException(
          "data loader: no " + target + "; an epoch has " + batchesPerEpoch() + " batches");
    }
    stop();
    position = target;
  }

  /**
   * The next batch; the one returned before is closed. Waits until it is prepared.
   *
   * @throws IllegalStateException if preparing it failed (with the cause), the loader is closed, or
   *     this thread is interrupted
   */
  public Batch next() {
    Prefetcher source;
    synchronized (this) {
      requireOpen();
      if (prefetcher == null) {
        prefetcher = new Prefetcher("espalier-data-loader", this::fill, slots, position);
      }
      release();
      source = prefetcher;
    }
    try {
      BatchSlot slot = source.take(); // not synchronized: close() must be able to interrupt it
      return hold(slot);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("data loader: interrupted while waiting for a batch", e);
    }
  }

  /** The batches that are left of the current epoch, for one loop. */
  public Iterable<Batch> epoch() {
    int current = position().epoch();
    return () ->
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return position().epoch() == current;
          }

          @Override
          public Batch next() {
            if (!hasNext()) {
              throw new NoSuchElementException("data loader: epoch " + current + " is over");
            }
            return DataLoader.this.next();
          }
        };
  }

  /** Ends the background thread and gives the memory back; the last batch is closed. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      stop();
      slots.forEach(BatchSlot::close);
    }
  }

  private synchronized Batch hold(BatchSlot slot) {
    requireOpen();
    held = slot;
    batch = slot.batch();
    position = after(position);
    return batch;
  }

  private void release() {
    if (held != null) {
      batch.images().close();
      batch.labels().close();
      prefetcher.recycle(held);
      held = null;
      batch = null;
    }
  }

  private void stop() {
    if (prefetcher != null) {
      release();
      prefetcher.stop();
      prefetcher = null;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("data loader: closed");
    }
  }

  private Position after(Position at) {
    return at.batch() + 1 < batchesPerEpoch()
        ? new Position(at.epoch(), at.batch() + 1)
        : new Position(at.epoch() + 1, 0);
  }

  /** Runs on the background thread, which alone uses the order and the two arrays. */
  private Position fill(BatchSlot slot, Position at) {
    if (orderEpoch != at.epoch()) {
      order = order(at.epoch());
      orderEpoch = at.epoch();
    }
    int first = at.batch() * options.batchSize();
    int size = Math.min(options.batchSize(), data.count() - first);
    int values = data.shape().values();
    for (int i = 0; i < size; i++) {
      int index = order[first + i];
      writer.write(index, at.epoch(), imageValues, i * values);
      labelValues[i] = data.label(index);
    }
    slot.fill(at, size, imageValues, labelValues);
    return after(at);
  }

  private int[] order(int epoch) {
    return options.shuffle()
        ? Draws.generator(options.seed(), Draws.Purpose.SHUFFLE, epoch, 0).permutation(data.count())
        : IntStream.range(0, data.count()).toArray();
  }
}
