package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.prune.score.GradientTimesWeight;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** ScoringData, LoaderData, ClassMix, ScoringListener. */
class ScoringDataTest {
  private static final int CLASSES = 4;

  private static DataLoader loader(IntUnaryOperator labelOf, LoaderOptions options) {
    byte[] pixels = new byte[80 * 4];
    byte[] labels = new byte[80];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) labelOf.applyAsInt(i);
      for (int p = 0; p < 4; p++) {
        pixels[4 * i + p] = (byte) (37 * i + 11 * p + 50 * labels[i]);
      }
    }
    var data = ImageDataset.of("test", "train", new ImageShape(1, 2, 2), CLASSES, pixels, labels);
    return new DataLoader(data, Augment.none(Normalization.grey(0.5f, 0.25f)), options);
  }

  private static int sorted(int i) {
    return i / 20;
  }

  @Test
  void aLoaderInClassOrderIsRefusedAtOnce() {
    try (var loader = loader(ScoringDataTest::sorted, LoaderOptions.evaluation(16))) {
      assertThatThrownBy(() -> ScoringData.of(loader, 2, new CrossEntropy()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("batch 0", "16 examples of one class", "shuffle the loader");
    }
  }

  @Test
  void aLoaderInOrderOfInterleavedClassesIsTaken() {
    try (var loader = loader(i -> i % CLASSES, LoaderOptions.evaluation(16))) {
      var data = ScoringData.of(loader, 2, new CrossEntropy());
      List<Integer> rows = new ArrayList<>();
      data.forEach((inputs, _) -> rows.add(inputs.dim(0)));
      assertThat(rows).containsExactly(16, 16);
    }
  }

  @Test
  void aShufflingLoaderIsTakenAndPutBack() {
    try (var loader = loader(ScoringDataTest::sorted, LoaderOptions.training(16, 3))) {
      loader.next();
      var position = loader.position();
      var data = ScoringData.of(loader, 3, new CrossEntropy());
      List<double[]> seen = new ArrayList<>();
      data.forEach((inputs, _) -> seen.add(inputs.toDoubleArray()));
      assertThat(loader.position()).isEqualTo(position);
      List<double[]> again = new ArrayList<>();
      data.forEach((inputs, _) -> again.add(inputs.toDoubleArray()));
      for (int i = 0; i < 3; i++) {
        assertThat(again.get(i)).containsExactly(seen.get(i));
      }
    }
  }

  @Test
  void aSampleOfOneClassIsRefused() {
    Tensor inputs = Nets.inputs(Shape.of(4), 3);
    assertThatThrownBy(
            () ->
                new ScoringContext.Sample(
                    inputs, Tensor.of(Shape.of(3), 2L, 2L, 2L), new CrossEntropy()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("all 3 examples are of class 2", "at random");
  }

  @Test
  void chanceIsToldFromOrder() {
    var mix = new ClassMix(new int[] {50, 50});
    mix.check(new long[] {1, 1, 1}, "a small batch"); // one draw in eight
    assertThatThrownBy(() -> mix.check(new long[16], "a batch"))
        .hasMessageContainingAll("a batch", "16 examples of one class");
    var ten = new ClassMix(new int[] {10, 10, 10, 10, 10, 10, 10, 10, 10, 10});
    long[] two = new long[64];
    two[63] = 1;
    assertThatThrownBy(() -> ten.check(two, "a batch")).hasMessageContaining("2 classes only");
    new ClassMix(new int[] {9}).check(new long[64], "a set of one class");
  }

  @Test
  void scorersAverageOverBatchesAndTellTheirProgress() {
    Module module = new Sequential(new Flatten(), new Linear(4, CLASSES, new Generator(1)));
    try (var loader = loader(ScoringDataTest::sorted, LoaderOptions.training(16, 3));
        var whole = loader(ScoringDataTest::sorted, LoaderOptions.training(80, 3))) {
      List<String> progress = new ArrayList<>();
      Tensor example = Nets.inputs(Shape.of(1, 2, 2), 1);
      var inBatches =
          new ScoringContext(
              module,
              PrunableWeight.of(module),
              example,
              ScoringData.of(loader, 5, new CrossEntropy()),
              (scorer, batch, batches) -> progress.add(scorer + " " + batch + "/" + batches),
              new Generator(5));
      Tensor mean = new GradientTimesWeight().scores(inBatches).byWeight().get("1.weight");
      assertThat(progress)
          .containsExactly(
              "gradient 1/5", "gradient 2/5", "gradient 3/5", "gradient 4/5", "gradient 5/5");
      var atOnce =
          new ScoringContext(
              module,
              PrunableWeight.of(module),
              example,
              ScoringData.of(whole, 1, new CrossEntropy()),
              ScoringListener.NONE,
              new Generator(5));
      Tensor one = new GradientTimesWeight().scores(atOnce).byWeight().get("1.weight");
      Nets.assertClose(mean, one, 1e-5);
    }
  }

  @Test
  void noBatchesAreNoData() {
    try (var loader = loader(i -> i % CLASSES, LoaderOptions.training(16, 3))) {
      assertThatThrownBy(() -> ScoringData.of(loader, 0, new CrossEntropy()))
          .hasMessageContaining("positive but is 0");
    }
  }
}
