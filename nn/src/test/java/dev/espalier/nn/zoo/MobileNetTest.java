package dev.espalier.nn.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MobileNetTest {
  /**
   * Weights, batch-norm scales and shifts and the classifier's biases; the paper rounds to 4.2 and
   * 0.5 million.
   */
  @ParameterizedTest
  @CsvSource({"1, 4231976", "0.25, 470072"})
  void parametersAreThePublishedOnes(double width, long parameters) {
    Module model = MobileNet.create(width, 1000, new Generator(1));
    assertThat(model.parameters().stream().mapToLong(p -> p.tensor().size()).sum())
        .isEqualTo(parameters);
  }

  /** The paper rounds to 41 million for 224×224 images and a quarter of the channels. */
  @Test
  void multiplyAccumulatesAreThePublishedOnes() {
    Module model = MobileNet.create(0.25, 1000, new Generator(1));
    assertThat(ModelSummary.of(model, Shape.of(3, 224, 224)).macs()).isEqualTo(41_030_272);
  }

  @ParameterizedTest
  @CsvSource({"224, 7", "64, 2", "32, 1", "17, 1", "1, 1"})
  void mapsShrinkByThirtyTwoWhateverTheImageSize(int side, int last) {
    var summary =
        ModelSummary.of(MobileNet.create(0.25, 10, new Generator(1)), Shape.of(3, side, side));
    var maps = summary.rows().stream().filter(row -> row.output().rank() == 3).toList();
    assertThat(maps.get(maps.size() - 2).output()).isEqualTo(Shape.of(256, last, last));
    assertThat(maps.getLast().output()).isEqualTo(Shape.of(256, 1, 1));
    assertThat(summary.rows().getLast().output()).isEqualTo(Shape.of(10));
  }

  @Test
  void thirteenConvolutionsAreDepthwise() {
    Module model = MobileNet.create(0.25, 10, new Generator(1));
    assertThat(
            model.parameters().stream()
                .filter(p -> p.shape().rank() == 4 && p.dim(1) == 1 && p.dim(2) == 3)
                .count())
        .isEqualTo(13);
  }
}
