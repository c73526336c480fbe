package dev.espalier.prune.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.InitRule;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Origins;
import dev.espalier.prune.Restart;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Continue, Rewind, Reinitialise, SignConstant: the weights that survivors start from. */
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

  /** Initial values at the start, and their half in between. */
  private final Origins origins =
      new Origins() {
        @Override
        public Map<String, Tensor> dense(double share) {
          if (share == 0) {
            return initial;
          }
          Map<String, Tensor> half = new LinkedHashMap<>();
          initial.forEach(
              (name, tensor) ->
                  half.put(
                      name,
                      tensor.dtype().isFloating() ? Elementwise.mulScalar(tensor, 0.5) : tensor));
          return half;
        }

        @Override
        public Module teacher() {
          throw new AssertionError("nobody teaches here");
        }
      };

  private Map<String, Tensor> latest;

  private void prepare(FineTune tune) {
    prepare(tune, InitRule.HE);
  }

  private void prepare(FineTune tune, InitRule init) {
    tune.prepare(new Restart(module, origins, latest, init, new Generator(1)));
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
  void lateRewindingGoesToTheStepOfItsRun() {
    prepare(new Rewind(0.05, Rewind.From.DENSE, Length.GRANTED, RateRule.AFRESH));
    assertThat(values("0.weight")).isEqualTo(origins.dense(0.05).get("0.weight").toDoubleArray());
    var stabilised = new Rewind(0.05, Rewind.From.LATEST, Length.GRANTED, RateRule.AFRESH);
    assertThat(stabilised.capture()).hasValue(0.05);
    prepare(stabilised); // no run but the dense one yet
    assertThat(values("0.weight")).isEqualTo(origins.dense(0.05).get("0.weight").toDoubleArray());
    latest = initial;
    prepare(stabilised);
    assertThat(values("0.weight")).isEqualTo(initial.get("0.weight").toDoubleArray());
  }

  /** 3.weight is [16, 16, 3, 3]: fan-in and fan-out 144. */
  @Test
  void signConstantKeepsTheInitialSigns() {
    prepare(new SignConstant());
    double constant = Math.sqrt(6.0 / 288);
    double[] before = initial.get("3.weight").toDoubleArray();
    double[] after = weight.tensor().toDoubleArray();
    for (int i = 0; i < after.length; i++) {
      double expected = mask.get(i) ? Math.signum(before[i]) * constant : 0;
      assertThat(after[i]).isEqualTo(expected, within(1e-7));
    }
    assertThat(values("1.weight")).isEqualTo(initial.get("1.weight").toDoubleArray());
  }

  @Test
  void randomSignsAreTheControl() {
    prepare(new SignConstant(0, true, Length.GRANTED));
    double[] before = initial.get("3.weight").toDoubleArray();
    double[] after = weight.tensor().toDoubleArray();
    int same = 0;
    for (int i : mask.positions()) {
      assertThat(Math.abs(after[i])).isEqualTo(Math.sqrt(6.0 / 288), within(1e-7));
      same += Math.signum(after[i]) == Math.signum(before[i]) ? 1 : 0;
    }
    // Five standard deviations of a fair coin.
    assertThat((double) same / mask.kept())
        .isCloseTo(0.5, within(5 * 0.5 / Math.sqrt(mask.kept())));
  }

  @Test
  void namesTellVariantsApart() {
    assertThat(new Continue().name()).isEqualTo("continue");
    assertThat(new Continue(RateRule.LAST).name()).isEqualTo("continue-last-rate");
    assertThat(new Rewind().name()).isEqualTo("rewind");
    assertThat(new Rewind(0.05, Rewind.From.LATEST, Length.DENSE, RateRule.REWOUND).name())
        .isEqualTo("rewind-5%-latest-full-rewound-rate");
    assertThat(new Reinitialise(Length.DENSE).name()).isEqualTo("scratch-e");
    assertThat(new Reinitialise(new Length.SameMacs(2)).name()).isEqualTo("scratch-b");
    assertThat(new Distilled(new Rewind(), 4, 0.5).name()).isEqualTo("rewind-distilled-4-0.5");
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> new Rewind(1.5, Rewind.From.DENSE, Length.DENSE, RateRule.AFRESH))
        .hasMessageContainingAll("[0, 1]", "1.5");
    assertThatThrownBy(() -> new SignConstant(-1, false, Length.DENSE))
        .hasMessageContainingAll("[0, 1]", "-1.0");
    assertThatThrownBy(() -> new Distilled(new Continue(), 0, 0.5))
        .hasMessageContainingAll("temperature > 0", "0.0");
    assertThatThrownBy(() -> new Length.SameMacs(0.5)).hasMessageContainingAll("at least 1", "0.5");
    assertThatThrownBy(() -> new Length.Dense(0)).hasMessageContainingAll("(0, 1]", "0.0");
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

  /** 3.weight is [16, 16, 3, 3]: He's variance is 2 / 144, Glorot's 2 / 288. */
  @Test
  void newValuesAreDrawnAsTheFirstOnesWere() {
    prepare(new Reinitialise(), InitRule.HE);
    double[] he = weight.tensor().toDoubleArray();
    prepare(new Reinitialise(), InitRule.GLOROT);
    double[] glorot = weight.tensor().toDoubleArray();
    for (int i = 0; i < he.length; i++) {
      assertThat(glorot[i]).isEqualTo(he[i] / Math.sqrt(2), within(1e-6));
    }
  }
}
