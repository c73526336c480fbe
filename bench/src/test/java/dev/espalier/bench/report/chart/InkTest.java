package dev.espalier.bench.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InkTest {

  @Test
  void seriesAreToldApartByColourAndMarkerTogether() {
    long distinct =
        IntStream.range(0, 56)
            .mapToObj(i -> Ink.series(i).role() + Marker.series(i))
            .distinct()
            .count();
    assertThat(distinct).isEqualTo(56);
  }

  @Test
  void seriesStandOutFromThePageInLightAndDark() {
    for (int i = 0; i < 8; i++) {
      Ink ink = Ink.series(i);
      assertThat(contrast(ink.light(), Ink.PAPER.light())).as("series %d", i).isGreaterThan(2.9);
      assertThat(contrast(ink.dark(), Ink.PAPER.dark())).as("series %d", i).isGreaterThan(3);
    }
  }

  /** Contrast ratio as in the Web Content Accessibility Guidelines. */
  private static double contrast(int a, int b) {
    double lighter = Math.max(luminance(a), luminance(b));
    double darker = Math.min(luminance(a), luminance(b));
    return (lighter + 0.05) / (darker + 0.05);
  }

  private static double luminance(int rgb) {
    return 0.2126 * linear(rgb >> 16 & 255)
        + 0.7152 * linear(rgb >> 8 & 255)
        + 0.0722 * linear(rgb & 255);
  }

  private static double linear(int channel) {
    double value = channel / 255.0;
    return value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }
}
