package dev.espalier.prune.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Nets;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Continue, Rewind, Reinitialise. */
class FineTuneTest {
  private final Module module = Nets.zoo("vgg-tiny");
  private final Map<String, Tensor> initial = new LinkedHashMap<>();
  private final Parameter weight = module.namedParameters().get("3.weight");
  private final Mask mask = Mask.of(weight.shape(), i -> i % 3 != 0);

  FineTuneTest() {
    module.stateDict().forEach((name, tensor) -> initial.put(name, tensor.copy()));
    for (Tensor tensor : module.stateDict().values()) {
      tensor.fill(0.25); // what training came to
    }
    weight.setMask(mask, MaskMode.HARD);
  }

  private void prepare(FineTune tune) {
    tune.prepare(module, initial, new Generator(1));
    assertThat(weight.mask()).isEqualTo(mask);
    assertThat(mask.violations(weight.tensor())).isZero();
  }

  private double[] values(String name) {
    return module.stateDict().get(name).toDoubleArray();
  }

  @Test
  void continueLeavesTheTrainedWeights() {
    prepare(new Continue());
    Tensor trained = Tensor.full(weight.dtype(), weight.shape(), 0.25);
    assertThat(weight.tensor().toDoubleArray()).isEqualTo(mask.apply(trained).toDoubleArray());
    assertThat(values("0.weight")).containsOnly(0.25);
  }

  @Test
  void rewindGivesSurvivorsTheirInitialValues() {
    prepare(new Rewind());
    assertThat(weight.tensor().toDoubleArray())
        .isEqualTo(mask.apply(initial.get("3.weight")).toDoubleArray());
    assertThat(values("1.running_mean")).isEqualTo(initial.get("1.running_mean").toDoubleArray());
  }

  @Test
  void reinitialiseDrawsSurvivorsAnewAndResetsTheRest() {
    prepare(new Reinitialise());
    assertThat(weight.tensor().toDoubleArray())
        .isNotEqualTo(mask.apply(initial.get("3.weight")).toDoubleArray());
    double mean = 0;
    double square = 0;
    for (int position : mask.positions()) {
      double value = weight.tensor().toDoubleArray()[position];
      mean += value / mask.kept();
      square += value * value / mask.kept();
    }
    double deviation = Math.sqrt(2.0 / (16 * 9)); // He-normal; five standard errors either way
    assertThat(Math.abs(mean)).isLessThan(5 * deviation / Math.sqrt(mask.kept()));
    assertThat(Math.abs(Math.sqrt(square) / deviation - 1))
        .isLessThan(5 / Math.sqrt(2.0 * mask.kept()));
    assertThat(values("1.weight")).isEqualTo(initial.get("1.weight").toDoubleArray());
  }

  @Test
  void reinitialiseDependsOnTheGeneratorOnly() {
    prepare(new Reinitialise());
    double[] first = weight.tensor().toDoubleArray();
    prepare(new Reinitialise());
    assertThat(weight.tensor().toDoubleArray()).isEqualTo(first);
  }
}
