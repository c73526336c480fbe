package dev.espalier.nn.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The generated default data set: 28x28 grey digits, written as pen strokes by several hands under
 * random rotation, shear, scale, translation and elastic distortion, with varying pen width and
 * ink, stray and missing strokes, blur and noise.
 *
 * <p>Image i of a split depends on (seed, split, i) alone: any number of threads gives the same
 * bytes, and a shorter set is the beginning of a longer one. Each run of ten images holds every
 * digit once, in random order.
 *
 * <p>Difficulty, measured once with seed 0 and 60,000 training images: a 784-300-100-10 perceptron
 * trained 15 epochs with Adam and a cosine schedule reaches 98.3 % on the test images, LeNet-5
 * after 3 epochs 99.2 %.
 */
public final class SyntheticDigits {
  static final int SIZE = 28;

  /** The name that the data set has in {@link Datasets}. */
  static final String NAME = "synthetic-digits";

  static final int TRAIN_COUNT = 60_000;
  static final int TEST_COUNT = 10_000;

  private static final int BLOCK = 256;

  /** The two independent parts. */
  enum Split {
    TRAIN("train", 0),
    TEST("test", 1);

    final String title;
    final int code;

    Split(String title, int code) {
      this.title = title;
      this.code = code;
    }
  }

  private SyntheticDigits() {}

  /** The first {@code count} training images of a seed. */
  public static ImageDataset train(int count, long seed) {
    return generate(Split.TRAIN, count, seed, Runtime.getRuntime().availableProcessors());
  }

  /** The first {@code count} test images of a seed. */
  public static ImageDataset test(int count, long seed) {
    return generate(Split.TEST, count, seed, Runtime.getRuntime().availableProcessors());
  }

  static ImageDataset generate(Split split, int count, long seed, int threads) {
    var shape = new ImageShape(1, SIZE, SIZE);
    if (count < 0) {
      throw new IllegalArgumentException(NAME + ' ' + split.title + ": count is " + count);
    }
    byte[] pixels = new byte[(int) ImageDataset.checkedBytes(NAME, split.title, count, shape)];
    byte[] labels = new byte[count];
    var nextBlock = new AtomicInteger();
    Runnable work =
        () -> {
          var painter = new DigitPainter();
          for (int first = nextBlock.getAndAdd(BLOCK);
              first < count;
              first = nextBlock.getAndAdd(BLOCK)) {
            for (int i = first; i < Math.min(count, first + BLOCK); i++) {
              labels[i] = (byte) label(split, seed, i);
              painter.paint(labels[i], seed, split.code, i, pixels, i * shape.values());
            }
          }
        };
    runOn(Math.min(threads, count / BLOCK + 1), work);
    return ImageDataset.of(NAME, split.title, shape, DigitGlyphs.digits(), pixels, labels);
  }

  private static int label(Split split, long seed, int index) {
    int digits = DigitGlyphs.digits();
    var random = Draws.generator(seed, Draws.Purpose.DIGIT_LABEL, split.code, index / digits);
    return random.permutation(digits)[index % digits];
  }

  private static void runOn(int threads, Runnable work) {
    try (var pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name(NAME + '-', 0).factory())) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(pool.submit(work));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(NAME + ": painting failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(NAME + ": interrupted while painting", e);
    }
  }
}
