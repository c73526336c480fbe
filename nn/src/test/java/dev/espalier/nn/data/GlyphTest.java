package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GlyphTest {
  @Test
  void flattensALineToEvenSteps() {
    Glyph glyph = Glyph.parse("M 0 0 L .1 0");
    assertThat(glyph.x()).containsExactly(0f, 0.05f, 0.1f);
    assertThat(glyph.y()).containsOnly(0f);
    assertThat(glyph.strokeStart()).containsExactly(true, false, false);
  }

  @Test
  void cubicEndsWhereItSaysAndPassesItsMidpoint() {
    Glyph glyph = Glyph.parse("M 0 0 C 0 .04 .1 .04 .1 0");
    int last = glyph.length() - 1;
    assertThat(glyph.x()[last]).isEqualTo(0.1f);
    assertThat(glyph.length()).isEqualTo(3);
    assertThat(glyph.x()[1]).isCloseTo(0.05f, within(1e-6f));
    assertThat(glyph.y()[1]).isCloseTo(0.03f, within(1e-6f));
  }

  @Test
  void arcStartsAStrokeOrContinuesOne() {
    Glyph ring = Glyph.parse("E .5 .5 .2 .4 0 360");
    assertThat(ring.strokeStart()[0]).isTrue();
    for (int i = 0; i < ring.length(); i++) {
      double u = (ring.x()[i] - 0.5) / 0.2;
      double v = (ring.y()[i] - 0.5) / 0.4;
      assertThat(u * u + v * v).isCloseTo(1, within(1e-5));
    }
    Glyph joined = Glyph.parse("M 0 0 E .5 .5 .2 .4 0 90");
    assertThat(joined.strokeStart()[1]).isFalse();
  }

  @Test
  void everyDigitHasSeveralHandsWithinReachOfTheUnitSquare() {
    assertThat(DigitGlyphs.digits()).isEqualTo(10);
    for (int digit = 0; digit < 10; digit++) {
      assertThat(DigitGlyphs.hands(digit)).isGreaterThanOrEqualTo(3);
      for (int hand = 0; hand < DigitGlyphs.hands(digit); hand++) {
        Glyph glyph = DigitGlyphs.glyph(digit, hand);
        for (int i = 0; i < glyph.length(); i++) {
          assertThat(glyph.x()[i]).isBetween(0f, 1f);
          assertThat(glyph.y()[i]).isBetween(-0.01f, 1.01f);
        }
        assertThat(glyph.strokeStart()[0]).isTrue();
      }
    }
  }

  @Test
  void refusesAnUnknownCommand() {
    assertThatThrownBy(() -> Glyph.parse("M 0 0 Z")).hasMessageContaining("unknown command Z");
  }
}
