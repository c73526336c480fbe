package dev.espalier.nn.train;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Batch;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.loss.Loss;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;

/**
 * Measures a classifier on one pass over a loader's data.
 *
 * <p>A label's rank is the number of classes whose logit is larger, or equal with a lower index, or
 * NaN; a label whose own logit is NaN is wrong by every measure.
 */
public final class Evaluation {
  private static final int TOP = 5;

  private final Loss loss;
  private final long[] perClass;
  private final long[] rightPerClass;
  private double lossSum;
  private long count;
  private long top1;
  private long top5;

  private Evaluation(Loss loss, int classes) {
    this.loss = loss;
    this.perClass = new long[classes];
    this.rightPerClass = new long[classes];
  }

  /**
   * Evaluates in evaluation mode and without recording; every module gets its own mode back.
   *
   * @param data walked over from the start of its current epoch to the end
   * @throws IllegalArgumentException if the model's output is not [batch, classes or more]
   */
  public static Metrics of(Module model, DataLoader data, Loss loss) {
    if (data.position().batch() != 0) {
      data.seek(new DataLoader.Position(data.position().epoch(), 0));
    }
    try (var _ = model.evaluating();
        var _ = Autograd.noGrad()) {
      var evaluation = new Evaluation(loss, data.data().classes());
      for (Batch batch : data.epoch()) {
        evaluation.add(model, batch);
      }
      return evaluation.metrics();
    }
  }

  private void add(Module model, Batch batch) {
    try (var _ = Scope.open("evaluation")) {
      Batch moved = batch.to(model.device());
      Variable output = model.forward(Variable.of(moved.images()));
      checkShape(output.shape(), batch.size());
      lossSum += loss.of(output, moved).tensor().item() * batch.size();
      rank(output.tensor(), batch.labels().toLongArray());
    }
  }

  private void checkShape(Shape shape, int rows) {
    if (shape.rank() != 2 || shape.dim(0) != rows || shape.dim(1) < perClass.length) {
      throw new IllegalArgumentException(
          "evaluation: logits of shape [%d, at least %d classes] are needed but the model gives %s"
              .formatted(rows, perClass.length, shape));
    }
  }

  private void rank(Tensor logits, long[] labels) {
    float[] values = logits.toFloatArray();
    int width = logits.dim(1);
    for (int row = 0; row < labels.length; row++) {
      int label = Math.toIntExact(labels[row]);
      int rank = rank(values, row * width, width, label);
      count++;
      perClass[label]++;
      top1 += rank == 0 ? 1 : 0;
      rightPerClass[label] += rank == 0 ? 1 : 0;
      top5 += rank < TOP ? 1 : 0;
    }
  }

  private static int rank(float[] values, int start, int width, int label) {
    float mine = values[start + label];
    if (Float.isNaN(mine)) {
      return Integer.MAX_VALUE; // behind all, and not among the first five of fewer classes either
    }
    int rank = 0;
    for (int c = 0; c < width; c++) {
      float other = values[start + c];
      boolean behind = other < mine || other == mine && c >= label;
      rank += behind ? 0 : 1;
    }
    return rank;
  }

  private Metrics metrics() {
    Double[] shares = new Double[perClass.length];
    Arrays.setAll(shares, c -> (double) rightPerClass[c] / perClass[c]);
    return new Metrics(
        count,
        lossSum / count,
        (double) top1 / count,
        (double) top5 / count,
        Arrays.asList(shares));
  }
}
