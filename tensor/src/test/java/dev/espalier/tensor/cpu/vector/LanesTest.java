package dev.espalier.tensor.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

final class LanesTest {
  @Test
  void forcedWidthIsObeyed() {
    String forced = System.getProperty("espalier.vector.bits");
    int bits = Lanes.SHAPE.vectorBitSize();
    assertThat(bits).isEqualTo(forced == null ? bits : Integer.parseInt(forced));
    assertThat(Lanes.BYTES).isEqualTo(bits / 8);
    assertThat(Lanes.COUNT).isEqualTo(bits / 32).isBetween(4, 16);
  }

  @Test
  void sumAddsEveryLaneOnce() {
    float[] powers = new float[Lanes.COUNT];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = 1 << i;
    }
    assertThat(Lanes.sum(FloatVector.fromArray(Lanes.FLOATS, powers, 0)))
        .isEqualTo((1 << Lanes.COUNT) - 1);
  }

  @Test
  void sumIsABalancedTree() {
    float[] values = new float[Lanes.COUNT];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1f / (i + 3);
    }
    float[] tree = values.clone();
    for (int half = values.length / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        tree[i] += tree[i + half];
      }
    }
    assertThat(Lanes.sum(FloatVector.fromArray(Lanes.FLOATS, values, 0))).isEqualTo(tree[0]);
  }
}
