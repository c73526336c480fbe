package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.Tanh;
import dev.espalier.prune.Nets;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SynFlowTest {
  private final Tensor example = Nets.inputs(Shape.of(2), 3);
  private final Linear first = Nets.linear(2, 2, 1, -2, 3, 4);

  /** R = 5 (1 + 2) + 6 (3 + 4) = 57, the total of either layer. */
  @Test
  void everyWeightGetsTheFlowThroughIt() {
    Module module = new Sequential(first, new ReLU(), Nets.linear(2, 1, 5, -6));
    assertThat(Scoring.scores(new SynFlow(), module, example, null, "0.weight"))
        .containsExactly(5, 10, 18, 24);
    assertThat(Scoring.scores(new SynFlow(), module, example, null, "2.weight"))
        .containsExactly(15, 42);
  }

  @Test
  void whatAMaskHidesCarriesNoFlow() {
    Module module = new Sequential(first, new ReLU(), Nets.linear(2, 1, 5, -6));
    first.weight().setMask(Mask.of(Shape.of(2, 2), true, true, false, true), MaskMode.HARD);
    assertThat(Scoring.scores(new SynFlow(), module, example, null, "2.weight"))
        .containsExactly(15, 24);
    assertThat(first.weight().mask().kept()).isEqualTo(3);
  }

  @Test
  void flowIsConservedAndTheModelLeftAsItWas() {
    Module module = Nets.zoo("vgg-tiny");
    module.train();
    Map<String, double[]> before = new HashMap<>();
    module.stateDict().forEach((name, tensor) -> before.put(name, tensor.toDoubleArray()));
    var context = Scoring.context(module, Nets.inputs("vgg-tiny", 1), null);
    Score scores = new SynFlow().scores(context);
    double total = Double.NaN;
    for (PrunableWeight weight : context.weights()) {
      double sum = 0;
      for (double s : scores.byWeight().get(weight.name()).toDoubleArray()) {
        sum += s;
      }
      total = Double.isNaN(total) ? sum : total;
      assertThat(sum / total).as(weight.name()).isCloseTo(1, within(1e-9));
    }
    module
        .stateDict()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.toDoubleArray()).as(name).containsExactly(before.get(name)));
    assertThat(module.parameters()).allMatch(p -> p.dtype() == DType.FLOAT32);
    assertThat(module.training()).isTrue();
  }

  @Test
  void whatBendsIsRefusedAndTheModelLeftAsItWas() {
    Module module = new Sequential(first, new Tanh(), Nets.linear(2, 1, 5, -6));
    assertThatThrownBy(() -> Scoring.scores(new SynFlow(), module, example, null, "0.weight"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContainingAll("'synflow'", "tanh");
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(1, -2, 3, 4);
    assertThat(first.weight().dtype()).isEqualTo(DType.FLOAT32);
  }
}
