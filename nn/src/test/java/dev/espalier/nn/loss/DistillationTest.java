package dev.espalier.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.data.Batch;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistillationTest {
  private static final int ROWS = 5;
  private static final int CLASSES = 4;

  private final double[] student = values(1);
  private final double[] taught = values(2);

  /** Logits in float64, centred in each row. */
  private static double[] values(long seed) {
    double[] v =
        RandomFill.normal(new Generator(seed), DType.FLOAT64, Shape.of(ROWS, CLASSES), 0, 2)
            .toDoubleArray();
    for (int row = 0; row < ROWS; row++) {
      double mean = 0;
      for (int c = 0; c < CLASSES; c++) {
        mean += v[row * CLASSES + c] / CLASSES;
      }
      for (int c = 0; c < CLASSES; c++) {
        v[row * CLASSES + c] -= mean;
      }
    }
    return v;
  }

  private static Tensor tensor(double[] v) {
    return Tensor.of(Shape.of(v.length / CLASSES, CLASSES), v);
  }

  private static double[] softmax(double[] logits, int row, double temperature) {
    double[] p = new double[CLASSES];
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      p[c] = Math.exp(logits[row * CLASSES + c] / temperature);
      sum += p[c];
    }
    for (int c = 0; c < CLASSES; c++) {
      p[c] /= sum;
    }
    return p;
  }

  private static double[] softGradient(double[] z, double[] v, double temperature) {
    Variable logits = Variable.leaf(tensor(z));
    Distillation.soft(logits, tensor(v), temperature).backward();
    return logits.grad().tensor().toDoubleArray();
  }

  /** T² (q - p) / T for each row of N. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2, 20})
  void theGradientIsTheDifferenceOfTheSoftTargets(double temperature) {
    double[] gradient = softGradient(student, taught, temperature);
    for (int row = 0; row < ROWS; row++) {
      double[] q = softmax(student, row, temperature);
      double[] p = softmax(taught, row, temperature);
      for (int c = 0; c < CLASSES; c++) {
        assertThat(gradient[row * CLASSES + c])
            .isCloseTo(temperature * (q[c] - p[c]) / ROWS, within(1e-12));
      }
    }
  }

  @Test
  void theLossIsTheDivergence() {
    double expected = 0;
    for (int row = 0; row < ROWS; row++) {
      double[] q = softmax(student, row, 3);
      double[] p = softmax(taught, row, 3);
      for (int c = 0; c < CLASSES; c++) {
        expected += 9 * p[c] * Math.log(p[c] / q[c]) / ROWS;
      }
    }
    Variable loss = Distillation.soft(Variable.of(tensor(student)), tensor(taught), 3);
    assertThat(loss.tensor().item()).isCloseTo(expected, within(1e-12));
  }

  /** For centred logits, (z - v) / C per row, which is that of Ba and Caruana over C. */
  @Test
  void aHighTemperatureComparesLogits() {
    double[] gradient = softGradient(student, taught, 1000);
    Variable logits = Variable.leaf(tensor(student));
    Distillation.logits(logits, tensor(taught)).backward();
    double[] limit = logits.grad().tensor().toDoubleArray();
    double largest = 0;
    for (int i = 0; i < gradient.length; i++) {
      largest = Math.max(largest, Math.abs(student[i] - taught[i]) / ROWS / CLASSES);
    }
    for (int i = 0; i < gradient.length; i++) {
      double expected = (student[i] - taught[i]) / ROWS;
      assertThat(limit[i]).isCloseTo(expected, within(1e-12));
      assertThat(gradient[i]).isCloseTo(expected / CLASSES, within(0.01 * largest));
    }
  }

  private final Linear teacher = new Linear(3, CLASSES, new Generator(5));
  private final Tensor images =
      RandomFill.normal(new Generator(6), DType.FLOAT32, Shape.of(2, 3), 0, 1);
  private final Batch batch = new Batch(images, Tensor.of(Shape.of(2), 1L, 3), 0, 0);

  private Variable output() {
    return Variable.leaf(
        RandomFill.normal(new Generator(7), DType.FLOAT32, Shape.of(2, CLASSES), 0, 1));
  }

  @Test
  void theTwoPartsAreMixed() {
    Tensor logits = teacher.forward(Variable.of(images)).tensor();
    double soft = Distillation.soft(output(), logits, 2).tensor().item();
    double hard = new CrossEntropy().of(output(), batch.labels()).tensor().item();
    for (double alpha : new double[] {0, 0.3, 1}) {
      Variable loss = new Distillation(teacher, new CrossEntropy(), 2, alpha).of(output(), batch);
      assertThat(loss.tensor().item()).isCloseTo(alpha * soft + (1 - alpha) * hard, within(1e-5));
    }
    double limit = Distillation.logits(output(), logits).tensor().item();
    Variable loss =
        new Distillation(teacher, new CrossEntropy(), Double.POSITIVE_INFINITY, 1)
            .of(output(), batch);
    assertThat(loss.tensor().item()).isCloseTo(limit, within(1e-5));
  }

  @Test
  void theTeacherIsAConstantInEvaluationMode() {
    var model = new Sequential(new Dropout(0.9, new Generator(1)), teacher);
    model.train();
    var loss = new Distillation(model, new CrossEntropy(), 2, 0.5);
    Variable first = loss.of(output(), batch);
    Variable second = loss.of(output(), batch);
    assertThat(first.tensor().item()).isEqualTo(second.tensor().item());
    first.backward();
    assertThat(teacher.weight().grad()).isNull();
    assertThat(model.training()).isTrue();
  }

  @Test
  void itRefusesWhatItCannotTeach() {
    var loss = new Distillation(teacher, new CrossEntropy(), 2, 0.5);
    assertThatThrownBy(() -> loss.of(output(), batch.labels()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("images");
    assertThatThrownBy(
            () -> loss.of(Variable.of(Tensor.zeros(DType.FLOAT32, Shape.of(2, 3))), batch))
        .hasMessageContainingAll("[2, 4]", "[2, 3]");
    assertThatThrownBy(() -> new Distillation(teacher, new CrossEntropy(), 0, 0.5))
        .hasMessageContainingAll("temperature > 0", "0.0");
  }
}
