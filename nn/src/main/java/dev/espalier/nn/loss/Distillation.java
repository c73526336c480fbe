package dev.espalier.nn.loss;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Batch;
import dev.espalier.tensor.Tensor;

/**
 * Learns from a teacher's outputs besides the labels.
 *
 * <p>{@code L = α T² KL(softmax(v / T) ‖ softmax(z / T)) + (1 - α) hard(z, labels)} for logits z
 * [N, C] and the teacher's logits v [N, C], which are constants: the teacher runs in evaluation
 * mode and is not recorded. The gradient of the soft part is {@code α T (softmax(z / T) - softmax(v
 * / T)) / N}. An infinite T means the limit, up to the factor 1 / C and centring: {@link #logits}.
 *
 * <p>Source: G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network (2015);
 * for infinite T, J. Ba, R. Caruana, Do Deep Nets Really Need to be Deep? (2014).
 *
 * @param teacher its input is the batch, as the student sees it
 * @param hard the loss on the labels
 * @param temperature T, above 0
 * @param alpha α, the share of the soft part
 */
public record Distillation(Module teacher, Loss hard, double temperature, double alpha)
    implements Loss {
  public Distillation {
    if (!(temperature > 0) || !(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException(
          "distillation: needs a temperature > 0 and alpha in [0, 1] but got %s and %s"
              .formatted(temperature, alpha));
    }
  }

  /** {@code T² KL(softmax(v / T) ‖ softmax(z / T))}, averaged over rows. */
  public static Variable soft(Variable output, Tensor teacherLogits, double temperature) {
    Variable target = F.logSoftmax(Variable.of(teacherLogits).mul(1 / temperature));
    return F.klDiv(F.logSoftmax(output.mul(1 / temperature)), target)
        .mul(temperature * temperature);
  }

  /** {@code ½ ‖z - v‖²}, averaged over rows. */
  public static Variable logits(Variable output, Tensor teacherLogits) {
    return output.sub(Variable.of(teacherLogits)).square().sum().mul(0.5 / output.dim(0));
  }

  /**
   * Refused, as the teacher needs the images.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public Variable of(Variable output, Tensor target) {
    throw new UnsupportedOperationException(
        "distillation: the teacher needs the images of the batch; call of(output, batch)");
  }

  @Override
  public Variable of(Variable output, Batch batch) {
    if (alpha == 0) {
      return hard.of(output, batch);
    }
    Tensor taught = teacherLogits(batch.images());
    if (!taught.shape().equals(output.shape())) {
      throw new IllegalArgumentException(
          "distillation: the teacher's output has shape %s but the student's %s"
              .formatted(taught.shape(), output.shape()));
    }
    Variable soft =
        Double.isInfinite(temperature) ? logits(output, taught) : soft(output, taught, temperature);
    return alpha == 1 ? soft : soft.mul(alpha).add(hard.of(output, batch).mul(1 - alpha));
  }

  private Tensor teacherLogits(Tensor images) {
    try (var _ = teacher.evaluating();
        var _ = Autograd.noGrad()) {
      return teacher.forward(Variable.of(images)).tensor();
    }
  }
}
