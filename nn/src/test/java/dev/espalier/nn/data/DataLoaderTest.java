package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataLoaderTest {
  /** Ten images; image i is (2i, 2i + 1) and has label i. */
  private static final ImageDataset TEN =
      ImageDataset.of(
          "own",
          "train",
          new ImageShape(1, 1, 2),
          10,
          DataFiles.counting(20),
          DataFiles.counting(10));

  private static final Augment PLAIN = Augment.none(Normalization.grey(0f, 1f));

  private static final LoaderOptions SHUFFLED = LoaderOptions.training(4, 11);

  private static DataLoader loader(LoaderOptions options) {
    return new DataLoader(TEN, PLAIN, options);
  }

  private static List<String> contents(DataLoader loader, int batches) {
    List<String> contents = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      Batch batch = loader.next();
      contents.add(
          batch.epoch()
              + "/"
              + batch.index()
              + Arrays.toString(batch.images().toFloatArray())
              + Arrays.toString(batch.labels().toLongArray()));
    }
    return contents;
  }

  private static long[] labelsOfEpoch(DataLoader loader) {
    long[] labels = {};
    for (Batch batch : loader.epoch()) {
      labels =
          LongStream.concat(LongStream.of(labels), LongStream.of(batch.labels().toLongArray()))
              .toArray();
    }
    return labels;
  }

  @Test
  void walksInOrderWithAShorterLastBatch() {
    try (var loader = loader(LoaderOptions.evaluation(4))) {
      assertThat(loader.batchesPerEpoch()).isEqualTo(3);
      Batch first = loader.next();
      assertThat(first.images().shape()).isEqualTo(Shape.of(4, 1, 1, 2));
      assertThat(first.images().dtype()).isEqualTo(DType.FLOAT32);
      assertThat(first.labels().dtype()).isEqualTo(DType.INT64);
      assertThat(first.images().toFloatArray())
          .containsExactly(
              0f, 1 / 255f, 2 / 255f, 3 / 255f, 4 / 255f, 5 / 255f, 6 / 255f, 7 / 255f);
      assertThat(loader.next().labels().toLongArray()).containsExactly(4, 5, 6, 7);
      Batch last = loader.next();
      assertThat(last.size()).isEqualTo(2);
      assertThat(last.images().shape()).isEqualTo(Shape.of(2, 1, 1, 2));
      assertThat(last.labels().toLongArray()).containsExactly(8, 9);
      assertThat(loader.next().epoch()).isEqualTo(1);
    }
  }

  @Test
  void dropsTheIncompleteBatchWhenAskedTo() {
    try (var loader = loader(LoaderOptions.evaluation(4).withDropLast())) {
      assertThat(loader.batchesPerEpoch()).isEqualTo(2);
      assertThat(labelsOfEpoch(loader)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }
  }

  @Test
  void shufflesEveryEpochDifferentlyAndVisitsEveryImageOnce() {
    try (var loader = loader(SHUFFLED)) {
      long[] first = labelsOfEpoch(loader);
      long[] second = labelsOfEpoch(loader);
      assertThat(first).containsExactlyInAnyOrder(LongStream.range(0, 10).toArray());
      assertThat(second).containsExactlyInAnyOrder(LongStream.range(0, 10).toArray());
      assertThat(first).isNotEqualTo(second);
      assertThat(first).isNotEqualTo(LongStream.range(0, 10).toArray());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void batchesDoNotDependOnHowManyArePreparedAhead(int prefetch) {
    var augment = PLAIN.withFlip().withCrop(1);
    try (var one = new DataLoader(TEN, augment, SHUFFLED);
        var other = new DataLoader(TEN, augment, SHUFFLED.withPrefetch(prefetch))) {
      assertThat(contents(other, 20)).isEqualTo(contents(one, 20));
    }
  }

  @Test
  void continuesBitForBitFromASavedPosition() {
    var augment = PLAIN.withFlip().withCrop(1);
    List<String> whole;
    try (var loader = new DataLoader(TEN, augment, SHUFFLED)) {
      whole = contents(loader, 20);
    }
    for (int done = 0; done < 10; done++) {
      DataLoader.Position saved;
      try (var before = new DataLoader(TEN, augment, SHUFFLED)) {
        contents(before, done);
        saved = before.position();
      }
      try (var after = new DataLoader(TEN, augment, SHUFFLED)) {
        contents(after, done % 2);
        after.seek(saved);
        assertThat(contents(after, 20 - done)).isEqualTo(whole.subList(done, 20));
      }
    }
  }

  @Test
  void positionIsThatOfTheNextBatch() {
    try (var loader = loader(SHUFFLED)) {
      assertThat(loader.position()).isEqualTo(DataLoader.Position.START);
      contents(loader, 2);
      assertThat(loader.position()).isEqualTo(new DataLoader.Position(0, 2));
      contents(loader, 1);
      assertThat(loader.position()).isEqualTo(new DataLoader.Position(1, 0));
    }
  }

  @Test
  void epochLoopsOverWhatIsLeftOfTheEpoch() {
    try (var loader = loader(LoaderOptions.evaluation(4))) {
      loader.seek(new DataLoader.Position(3, 1));
      assertThat(labelsOfEpoch(loader)).containsExactly(4, 5, 6, 7, 8, 9);
      assertThat(loader.position()).isEqualTo(new DataLoader.Position(4, 0));
    }
  }

  @Test
  void refusesAPositionThatDoesNotExist() {
    try (var loader = loader(SHUFFLED)) {
      assertThatThrownBy(() -> loader.seek(new DataLoader.Position(0, 3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no batch 3 of epoch 0; an epoch has 3 batches");
      assertThatThrownBy(() -> loader.seek(new DataLoader.Position(-1, 0)))
          .hasMessageContaining("epoch -1");
    }
  }

  @Test
  void refusesToMakeEpochsWithoutBatches() {
    assertThatThrownBy(() -> loader(LoaderOptions.evaluation(11).withDropLast()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no batch of 11 (incomplete ones dropped) in own train: 10 images");
    assertThatThrownBy(() -> new DataLoader(TEN.first(0), PLAIN, LoaderOptions.evaluation(1)))
        .hasMessageContaining("0 images");
    assertThatThrownBy(() -> LoaderOptions.evaluation(0)).hasMessageContaining("batch size");
    assertThatThrownBy(() -> SHUFFLED.withPrefetch(0)).hasMessageContaining("prefetch");
  }

  @Test
  void aBatchEndsWhenTheNextOneIsAskedForWhateverScopeIsOpen() {
    try (var loader = loader(SHUFFLED)) {
      Batch first;
      try (var _ = Scope.open("step")) {
        first = loader.next();
      }
      assertThat(first.images().toFloatArray()).hasSize(8);
      loader.next();
      assertThatThrownBy(() -> first.images().toFloatArray())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void takesNoMoreMemoryAsItGoesAndGivesAllBack() {
    long before = Memory.stats().bytesInUse();
    try (var _ = Scope.open("outer")) {
      var loader = loader(SHUFFLED);
      Memory.Stats during = Memory.stats();
      assertThat(during.bytesInUse()).isGreaterThan(before);
      for (int i = 0; i < 500; i++) {
        loader.next();
      }
      assertThat(Memory.stats().allocations()).isEqualTo(during.allocations());
      loader.close();
      // Not "equal": the cleaner may meanwhile free what other tests left behind.
      assertThat(Memory.stats().bytesInUse()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void aFailureOfTheBackgroundThreadReachesTheConsumerAgainAndAgain() {
    var cause = new ArithmeticException("broken image");
    DataLoader.ImageWriter broken =
        (index, _, _, _) -> {
          if (index == 9) {
            throw cause;
          }
        };
    try (var loader = new DataLoader(TEN, LoaderOptions.evaluation(4), broken)) {
      loader.next();
      loader.next();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(loader::next)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("batch 2 of epoch 0")
            .hasCause(cause);
      }
    }
  }

  @Test
  void closingEndsTheThreadAndTheLoader() {
    var thread = new AtomicReference<Thread>();
    DataLoader.ImageWriter writer = (_, _, _, _) -> thread.set(Thread.currentThread());
    var loader = new DataLoader(TEN, SHUFFLED, writer);
    Batch batch = loader.next();
    assertThat(thread.get().getName()).isEqualTo("espalier-data-loader");
    assertThat(thread.get().isDaemon()).isTrue();
    loader.close();
    loader.close();
    assertThat(thread.get().isAlive()).isFalse();
    assertThat(batch.images().isClosed()).isTrue();
    assertThatThrownBy(loader::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void closingFromAnotherThreadWakesTheConsumer() throws InterruptedException {
    var preparing = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    DataLoader.ImageWriter slow =
        (_, _, _, _) -> {
          preparing.countDown();
          awaitOrGiveUp(go);
        };
    var loader = new DataLoader(TEN, SHUFFLED, slow);
    var thrown = new AtomicReference<Throwable>();
    Thread consumer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    loader.next();
                  } catch (IllegalStateException e) {
                    thrown.set(e);
                  }
                });
    preparing.await();
    loader.close();
    consumer.join();
    assertThat(thrown.get()).hasMessageContaining("data loader");
  }

  private static void awaitOrGiveUp(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Test
  void imagesAreThoseOfTheAugmentation() {
    ImageDataset digits = SyntheticDigits.train(64, 5);
    var augment = Augment.none(Normalization.grey(0.1f, 0.3f)).withCrop(2);
    var options = LoaderOptions.evaluation(10);
    try (var loader = new DataLoader(digits, augment, options)) {
      loader.seek(new DataLoader.Position(2, 6));
      float[] expected = new float[4 * 784];
      IntStream.range(0, 4)
          .forEach(i -> augment.apply(digits, 60 + i, options.seed(), 2, expected, i * 784));
      Tensor images = loader.next().images();
      assertThat(images.toFloatArray()).containsExactly(expected);
    }
  }
}
