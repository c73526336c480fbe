package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.tensor.Generator;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights drawn by named rules. */
final class InitRuleTest {
  private static double deviation(Linear layer) {
    double[] values = layer.weight().tensor().toDoubleArray();
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
  }

  @ParameterizedTest
  @EnumSource
  void rulesHaveTheDeviationsOfTheirSources(InitRule rule) {
    var layer = new Linear(300, 100, new Generator(1));
    Module model = rule.draw(new Generator(2), new Sequential(layer));
    double expected = rule == InitRule.HE ? Math.sqrt(2.0 / 300) : Math.sqrt(2.0 / 400);
    // 30,000 values: a relative error of 1 / sqrt(60,000) is one standard deviation
    assertThat(deviation(layer)).isCloseTo(expected, within(0.02 * expected));
    assertThat(layer.bias().tensor().toDoubleArray()).containsOnly(0);
    assertThat(InitRule.get(rule.label())).isEqualTo(rule);
    model.close();
  }

  @Test
  void heIsWhatTheZooDraws() {
    var one = new Linear(30, 10, new Generator(1));
    var other = new Linear(30, 10, new Generator(1));
    InitRule.HE.draw(new Generator(2), new Sequential(one));
    Init.heNormal(new Generator(2), new Sequential(other));
    assertThat(one.weight().tensor().toDoubleArray())
        .isEqualTo(other.weight().tensor().toDoubleArray());
  }

  @Test
  void unknownRulesAreAnsweredWithTheNearest() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InitRule.get("glorto"))
        .withMessage("init 'glorto' is unknown; did you mean 'glorot'? Known are he, glorot");
  }
}
