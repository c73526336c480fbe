package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StrokeCanvasTest {
  private final StrokeCanvas canvas = new StrokeCanvas(5);

  private float at(int row, int column) {
    return canvas.coverage[row * 5 + column];
  }

  @Test
  void coversPixelsByTheirDistanceFromTheSegment() {
    canvas.segment(1, 2, 1f, 3, 2, 1f);
    assertThat(at(2, 1)).isEqualTo(1f);
    assertThat(at(2, 3)).isEqualTo(1f);
    assertThat(at(1, 2)).isCloseTo(0.5f, within(1e-6f));
    assertThat(at(2, 0)).isCloseTo(0.5f, within(1e-6f));
    assertThat(at(1, 0)).isCloseTo((float) (1.5 - Math.sqrt(2)), within(1e-6f));
    assertThat(at(0, 2)).isZero();
  }

  @Test
  void keepsTheLargerCoverageWhereStrokesMeet() {
    canvas.segment(0, 2, 0.6f, 4, 2, 0.6f);
    float once = at(2, 2);
    canvas.segment(2, 0, 0.3f, 2, 4, 0.3f);
    assertThat(at(2, 2)).isEqualTo(once);
  }

  @Test
  void drawsADotForASegmentOfNoLengthAndNothingOutside() {
    canvas.segment(2, 2, 0.5f, 2, 2, 0.5f);
    assertThat(at(2, 2)).isEqualTo(1f);
    canvas.clear();
    canvas.segment(-9, -9, 1f, -5, -5, 1f);
    assertThat(canvas.coverage).containsOnly(0f);
  }

  @Test
  void blurConvolvesWithTheSeparableKernel() {
    canvas.coverage[2 * 5 + 2] = 1f;
    canvas.blur(0.25f);
    assertThat(at(2, 2)).isEqualTo(0.25f);
    assertThat(at(2, 1)).isEqualTo(0.125f);
    assertThat(at(1, 1)).isEqualTo(0.0625f);
    assertThat(at(0, 0)).isZero();
  }
}
