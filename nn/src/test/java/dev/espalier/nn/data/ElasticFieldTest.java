package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ElasticFieldTest {
  private final ElasticField field = new ElasticField();
  private final Draws draws = new Draws();

  @Test
  void staysWithinItsAmplitudeAndMovesSmoothly() {
    draws.seek(1, Draws.Purpose.DIGIT_IMAGE, 0, 0);
    field.randomize(draws, 0.5f);
    float lastX = Float.NaN;
    float largest = 0f;
    for (int i = 0; i <= 1000; i++) {
      field.evaluate(i / 1000f, 0.3f);
      assertThat(Math.abs(field.shiftX())).isLessThan(0.5f);
      assertThat(Math.abs(field.shiftY())).isLessThan(0.5f);
      if (i > 0) {
        // Neighbouring controls differ by at most 1, and one step is 3 / 1300 of a cell.
        assertThat(Math.abs(field.shiftX() - lastX)).isLessThan(1f * 3 / 1300 + 1e-5f);
      }
      lastX = field.shiftX();
      largest = Math.max(largest, Math.abs(lastX));
    }
    assertThat(largest).isGreaterThan(0.01f);
  }

  @Test
  void noAmplitudeMovesNothing() {
    draws.seek(1, Draws.Purpose.DIGIT_IMAGE, 0, 0);
    field.randomize(draws, 0f);
    field.evaluate(0.4f, 0.9f);
    assertThat(field.shiftX()).isZero();
    assertThat(field.shiftY()).isZero();
  }

  @Test
  void acceptsPointsOutsideTheUnitSquare() {
    draws.seek(1, Draws.Purpose.DIGIT_IMAGE, 0, 0);
    field.randomize(draws, 0.5f);
    field.evaluate(-7f, 7f);
    assertThat(Math.abs(field.shiftX())).isLessThan(0.5f);
  }
}
