package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import org.junit.jupiter.api.Test;

class MultiHeadAttentionTest {
  private static final int ROWS = 2;
  private static final int LENGTH = 3;
  private static final int SIZE = 4;

  /** The layer's equation, one number after the other. */
  private static double[] naive(MultiHeadAttention layer, double[] x, boolean causal) {
    int head = layer.headSize();
    double[] projected = new double[ROWS * LENGTH * 3 * SIZE];
    for (int at = 0; at < ROWS * LENGTH; at++) {
      for (int o = 0; o < 3 * SIZE; o++) {
        double sum = layer.inProjBias().tensor().get(o);
        for (int i = 0; i < SIZE; i++) {
          sum += layer.inProjWeight().tensor().get(o, i) * x[at * SIZE + i];
        }
        projected[at * 3 * SIZE + o] = sum;
      }
    }
    double[] heads = new double[ROWS * LENGTH * SIZE];
    for (int row = 0; row < ROWS; row++) {
      for (int h = 0; h < layer.heads(); h++) {
        for (int to = 0; to < LENGTH; to++) {
          double[] weights = new double[causal ? to + 1 : LENGTH];
          double total = 0;
          for (int from = 0; from < weights.length; from++) {
            double dot = 0;
            for (int d = 0; d < head; d++) {
              dot +=
                  projected[(row * LENGTH + to) * 3 * SIZE + h * head + d]
                      * projected[(row * LENGTH + from) * 3 * SIZE + SIZE + h * head + d];
            }
            weights[from] = Math.exp(dot / Math.sqrt(head));
            total += weights[from];
          }
          for (int from = 0; from < weights.length; from++) {
            for (int d = 0; d < head; d++) {
              heads[(row * LENGTH + to) * SIZE + h * head + d] +=
                  weights[from]
                      / total
                      * projected[(row * LENGTH + from) * 3 * SIZE + 2 * SIZE + h * head + d];
            }
          }
        }
      }
    }
    double[] y = new double[heads.length];
    for (int at = 0; at < ROWS * LENGTH; at++) {
      for (int o = 0; o < SIZE; o++) {
        y[at * SIZE + o] = layer.outProj().bias().tensor().get(o);
        for (int i = 0; i < SIZE; i++) {
          y[at * SIZE + o] += layer.outProj().weight().tensor().get(o, i) * heads[at * SIZE + i];
        }
      }
    }
    return y;
  }

  @Test
  void isTheEquation() {
    for (boolean causal : new boolean[] {false, true}) {
      var layer = new MultiHeadAttention(SIZE, 2, causal, new Generator(1));
      layer.to(DType.FLOAT64);
      layer.inProjBias().tensor().copyFrom(Given.normal(2, 3 * SIZE));
      Tensor x =
          RandomFill.normal(new Generator(3), DType.FLOAT64, Shape.of(ROWS, LENGTH, SIZE), 0, 1);
      assertThat(layer.forward(Variable.of(x)).tensor().toDoubleArray())
          .containsExactly(naive(layer, x.toDoubleArray(), causal), within(1e-13));
    }
  }

  @Test
  void namesItsPartsAsInPyTorch() {
    assertThat(new MultiHeadAttention(SIZE, 2, false, new Generator(1)).stateDict())
        .containsOnlyKeys("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias");
  }

  @Test
  void everyParameterGetsAGradient() {
    var layer = new MultiHeadAttention(SIZE, 2, true, new Generator(1));
    layer.forward(Variable.of(Given.normal(4, ROWS, LENGTH, SIZE))).square().sum().backward();
    assertThat(layer.parameters()).allMatch(parameter -> parameter.grad() != null);
  }

  @Test
  void headsThatDoNotDivideTheSizeAreRefused() {
    assertThatThrownBy(() -> new MultiHeadAttention(SIZE, 3, false, new Generator(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("4", "3");
    assertThatThrownBy(
            () ->
                new MultiHeadAttention(SIZE, 2, false, new Generator(1))
                    .forward(Given.constant(Shape.of(1, 4), 1, 2, 3, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[N, T, E]");
  }
}
