package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Double backward through LeNet-300-100 in float64. */
class HessianVectorProductTest {
  private static final int[] WIDTHS = {784, 300, 100, 10};

  private final List<Variable> parameters = new ArrayList<>();
  private final List<Tensor> direction = new ArrayList<>();
  private final Variable images = Variable.of(Given.random(1, 3, 784).tensor());
  private final Tensor labels = Given.indices(7, 0, 3);

  HessianVectorProductTest() {
    for (int layer = 0; layer + 1 < WIDTHS.length; layer++) {
      double bound = Math.sqrt(6.0 / WIDTHS[layer]);
      int out = WIDTHS[layer + 1];
      parameters.add(Given.uniform(10 + layer, -bound, bound, out, WIDTHS[layer]));
      parameters.add(Given.uniform(20 + layer, -0.1, 0.1, out));
    }
    for (int i = 0; i < parameters.size(); i++) {
      direction.add(Given.random(30 + i, parameters.get(i).shape().toArray()).tensor());
    }
  }

  private Variable loss() {
    Variable y = images;
    for (int i = 0; i < parameters.size(); i += 2) {
      y = F.linear(i == 0 ? y : y.relu(), parameters.get(i), parameters.get(i + 1));
    }
    return F.crossEntropy(y, labels, 0);
  }

  private void move(double step) {
    for (int i = 0; i < parameters.size(); i++) {
      Elementwise.axpby(step, direction.get(i), 1, parameters.get(i).tensor());
    }
  }

  /** {@code (∇L(w + h v) - ∇L(w - h v)) / 2h}. */
  private List<Tensor> differenceOfGradients(double h) {
    move(h);
    List<Variable> above = Autograd.grad(loss(), parameters, false);
    move(-2 * h);
    List<Variable> below = Autograd.grad(loss(), parameters, false);
    move(h);
    List<Tensor> result = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      Tensor difference = Elementwise.sub(above.get(i).tensor(), below.get(i).tensor());
      result.add(Elementwise.mulScalar(difference, 1 / (2 * h)));
    }
    return result;
  }

  private List<Variable> hessianTimesDirection() {
    List<Variable> gradients = Autograd.grad(loss(), parameters, true);
    Variable along = Variable.of(Given.scalar(0).tensor());
    for (int i = 0; i < gradients.size(); i++) {
      along = along.add(gradients.get(i).mul(Variable.of(direction.get(i))).sum());
    }
    return Autograd.grad(along, parameters, false);
  }

  @Test
  void productOfLeNet300100EqualsTheDifferenceOfGradients() {
    try (var _ = Scope.open("test")) {
      List<Variable> products = hessianTimesDirection();
      List<Tensor> differences = differenceOfGradients(1e-6);
      for (int i = 0; i < products.size(); i++) {
        Tensor error = Elementwise.sub(products.get(i).tensor(), differences.get(i));
        double norm = Reduce.norm(differences.get(i)).item();
        assertThat(norm).isGreaterThan(1e-3);
        assertThat(Reduce.norm(error).item()).isLessThan(1e-6 * norm);
      }
    }
  }
}
