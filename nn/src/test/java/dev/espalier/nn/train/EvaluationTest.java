package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.loss.Loss;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Metrics of models that answer given logits. */
class EvaluationTest {
  private static final float NAN = Float.NaN;

  /** As many as the images of the batch. */
  private static final Loss BATCH_SIZE =
      (_, labels) -> Variable.of(Tensor.of(Shape.of(), (float) labels.size()));

  /** Answers image i with row i. */
  private static final class Table extends Module {
    private final Linear unused = child("unused", new Linear(1, 1, new Generator(1)));
    private final float[][] rows;
    private final List<Boolean> modes = new ArrayList<>();
    private boolean recorded;

    Table(float[]... rows) {
      this.rows = rows;
      child("activation", new ReLU());
    }

    @Override
    public Variable forward(Variable x) {
      namedModules().values().forEach(module -> modes.add(module.training()));
      recorded |= unused.forward(Variable.of(Tensor.of(Shape.of(1, 1), 1f))).node() != null;
      float[] pixels = x.tensor().toFloatArray();
      int width = rows[0].length;
      float[] logits = new float[pixels.length * width];
      for (int i = 0; i < pixels.length; i++) {
        System.arraycopy(rows[Math.round(255 * pixels[i])], 0, logits, i * width, width);
      }
      return Variable.of(Tensor.of(Shape.of(pixels.length, width), logits));
    }
  }

  private static DataLoader images(int classes, int batchSize, int... labels) {
    byte[] pixels = new byte[labels.length];
    byte[] bytes = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      pixels[i] = (byte) i;
      bytes[i] = (byte) labels[i];
    }
    return new DataLoader(
        ImageDataset.of("given", "test", new ImageShape(1, 1, 1), classes, pixels, bytes),
        Augment.none(Normalization.grey(0, 1)),
        LoaderOptions.evaluation(batchSize));
  }

  private static Metrics evaluate(Module model, int classes, int... labels) {
    try (var data = images(classes, 2, labels)) {
      return Evaluation.of(model, data, BATCH_SIZE);
    } finally {
      model.close();
    }
  }

  private static float[] row(float... logits) {
    return logits;
  }

  @Test
  void theLargestLogitIsTheAnswer() {
    var model = new Table(row(1, 3, 2), row(1, 3, 2), row(-5, -9, -7), row(0, -1, 2));
    Metrics metrics = evaluate(model, 3, 1, 0, 0, 2);
    assertThat(metrics.count()).isEqualTo(4);
    assertThat(metrics.top1()).isEqualTo(0.75);
    assertThat(metrics.top5()).isEqualTo(1);
    assertThat(metrics.perClass()).containsExactly(0.5, 1.0, 1.0);
  }

  @Test
  void ofEqualLogitsTheFirstIsTheAnswer() {
    var model = new Table(row(7, 7, 7), row(7, 7, 7), row(7, 7, 7), row(1, 4, 4));
    assertThat(evaluate(model, 3, 0, 1, 2, 1).perClass()).containsExactly(1.0, 0.5, 0.0);
  }

  @Test
  void negativeZeroTiesWithZero() {
    assertThat(evaluate(new Table(row(-0f, 0f), row(0f, -0f)), 2, 0, 0).top1()).isEqualTo(1);
  }

  @Test
  void aNanIsNeverRightNorBeaten() {
    var model = new Table(row(NAN, 1, 0), row(1, NAN, 0), row(NAN, 9, 0), row(2, NAN, NAN));
    Metrics metrics = evaluate(model, 3, 0, 1, 1, 0);
    assertThat(metrics.top1()).isZero();
  }

  @Test
  void aLabelsNanIsNotAmongTheFiveLargestHoweverFewClassesThereAre() {
    assertThat(evaluate(new Table(row(NAN, NAN, NAN)), 3, 0).top5()).isZero();
    assertThat(evaluate(new Table(row(NAN, 1)), 2, 0).top5()).isZero();
    assertThat(evaluate(new Table(row(0, 1, 2, 3, 4, 5, NAN)), 7, 6).top5()).isZero();
  }

  @Test
  void infinitiesAreOrdinaryLogits() {
    float infinity = Float.POSITIVE_INFINITY;
    var model = new Table(row(infinity, 1, -infinity), row(infinity, 1, -infinity));
    assertThat(evaluate(model, 3, 0, 2).perClass()).containsExactly(1.0, Double.NaN, 0.0);
  }

  @Test
  void topFiveCountsTheFifthButNotTheSixth() {
    float[] falling = row(7, 6, 5, 4, 3, 2, 1);
    Metrics metrics = evaluate(new Table(falling, falling, falling), 7, 4, 5, 6);
    assertThat(metrics.top1()).isZero();
    assertThat(metrics.top5()).isCloseTo(1.0 / 3, within(1e-15));
  }

  @Test
  void ofEqualLogitsTheFirstFiveAreTheFiveLargest() {
    float[] equal = row(0, 0, 0, 0, 0, 0);
    assertThat(evaluate(new Table(equal, equal), 6, 4, 5).top5()).isEqualTo(0.5);
  }

  @Test
  void aClassWithoutExamplesHasNoShare() {
    Metrics metrics = evaluate(new Table(row(1, 0, 0), row(1, 0, 0)), 3, 0, 2);
    assertThat(metrics.perClass()).containsExactly(1.0, Double.NaN, 0.0);
  }

  @Test
  void theLossIsWeightedByTheBatchesSizes() {
    var model = new Table(row(1, 0), row(1, 0), row(1, 0));
    assertThat(evaluate(model, 2, 0, 0, 0).loss()).isCloseTo((2 * 2 + 1) / 3.0, within(1e-15));
  }

  @Test
  void logitsBeyondTheClassesAreWrongAnswers() {
    Metrics metrics = evaluate(new Table(row(1, 0, 2), row(1, 0, 0)), 2, 0, 0);
    assertThat(metrics.top1()).isEqualTo(0.5);
    assertThat(metrics.perClass()).hasSize(2);
  }

  @Test
  void tooFewLogitsAreRefusedByShape() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate(new Table(row(1, 0), row(1, 0)), 3, 0, 1))
        .withMessageContaining("[2, at least 3 classes]")
        .withMessageContaining("[2, 2]");
  }

  @Test
  void anotherRankOrNumberOfRowsIsRefused() {
    for (Shape shape : List.of(Shape.of(6), Shape.of(2, 3, 1), Shape.of(1, 3), Shape.of())) {
      Module model =
          new Module() {
            @Override
            public Variable forward(Variable x) {
              return Variable.of(Tensor.of(shape, new float[(int) shape.size()]));
            }
          };
      assertThatIllegalArgumentException()
          .isThrownBy(() -> evaluate(model, 3, 0, 1))
          .withMessageContaining(shape.toString());
    }
  }

  @Test
  void everyModuleIsInEvaluationModeWithoutRecordingAndGetsItsOwnModeBack() {
    var model = new Table(row(1, 0), row(1, 0));
    Module activation = model.children().get("activation");
    activation.eval();
    evaluate(model, 2, 0, 1);
    assertThat(model.modes).containsOnly(false);
    assertThat(model.recorded).isFalse();
    assertThat(model.training()).isTrue();
    assertThat(activation.training()).isFalse();
  }

  @Test
  void modesComeBackAfterAFailureToo() {
    var model = new Table(row(1, 0), row(1, 0));
    Loss failing =
        (_, _) -> {
          throw new IllegalStateException("on purpose");
        };
    try (var data = images(2, 2, 0, 1)) {
      assertThatThrownBy(() -> Evaluation.of(model, data, failing)).hasMessage("on purpose");
    }
    assertThat(model.training()).isTrue();
    model.close();
  }

  @Test
  void everyExampleCountsOnceWhereverTheLoaderStands() {
    var model = new Table(row(1, 0), row(0, 1), row(0, 1));
    try (var data = images(2, 1, 0, 1, 0)) {
      Metrics first = Evaluation.of(model, data, BATCH_SIZE);
      data.next();
      assertThat(Evaluation.of(model, data, BATCH_SIZE)).isEqualTo(first);
      assertThat(first.perClass()).containsExactly(0.5, 1.0);
    }
    model.close();
  }
}
