package dev.espalier.bench.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CurveChartTest {

  private static final Axis X = new Axis("ratio", true, 1, 16, List.of(1.0, 4.0, 16.0), "x");
  private static final Axis Y = Axis.linear("accuracy", 90, 100, "");

  @Test
  void errorBarsAreDrawnOnlyForASpread() {
    Drawing without = chart(point(4, 95, 0)).draw();
    Drawing with = chart(point(4, 95, 1)).draw();
    // A bar and its two caps.
    assertThat(with.marks()).hasSize(without.marks().size() + 3);
  }

  @Test
  void pointsBelowTheFrameAreNotDrawnAndTheirLinesStopAtIt() {
    Drawing drawing = chart(point(1, 95, 0), point(16, 80, 0)).draw();
    assertThat(markers(drawing)).hasSize(1);
    Drawing.Line line = seriesLines(drawing).stream().findFirst().orElseThrow();
    double frame = CurveChart.HEIGHT - 48;
    assertThat(line.y2()).isEqualTo(frame);
    // From 95 to 80 the frame at 90 is a third of the way.
    assertThat(line.x2() - line.x1()).isCloseTo((600 - 14 - 70) / 3.0, within());
  }

  @Test
  void lineWhollyOutsideIsNotDrawn() {
    assertThat(seriesLines(chart(point(1, 70, 0), point(16, 60, 0)).draw())).isEmpty();
  }

  @Test
  void pointsOfTwoSeriesAtOnePlaceStandApart() {
    Curve first = new Curve("a", 0, false, List.of(point(4, 95, 0)));
    Curve second = new Curve("b", 1, false, List.of(point(4, 95, 0)));
    Drawing drawing =
        new CurveChart("t", X, Y, Optional.empty(), List.of(first, second), true).draw();
    List<Drawing.Glyph> markers = markers(drawing);
    assertThat(markers.get(1).x() - markers.get(0).x()).isCloseTo(5, within());
    assertThat(markers.get(0).marker()).isNotEqualTo(markers.get(1).marker());
  }

  @Test
  void crowdedPointsStandCloserThanTheirTicks() {
    Axis crowded = new Axis("x", true, 1, 16, List.of(4.0, 4.04), "");
    List<Curve> curves = List.of(curve(0), curve(1), curve(2), curve(3));
    List<Drawing.Glyph> markers =
        markers(new CurveChart("t", crowded, Y, Optional.empty(), curves, true).draw());
    double tick = (600 - 14 - 70) * Math.log(1.01) / Math.log(16);
    assertThat(markers.get(3).x() - markers.get(0).x()).isCloseTo(tick * 3 / 8, within());
  }

  @Test
  void pointsOnTheFrontAreFilled() {
    Drawing drawing = chart(point(4, 95, 0), new Curve.Point(16, 94, 0, 0, true, "tip")).draw();
    assertThat(markers(drawing)).extracting(Drawing.Glyph::filled).containsExactly(false, true);
  }

  @Test
  void levelIsADashedLineWithItsLabel() {
    Drawing drawing =
        new CurveChart(
                "t", X, Y, Optional.of(new CurveChart.Level(98, "dense 98")), List.of(), false)
            .draw();
    assertThat(drawing.marks())
        .anyMatch(mark -> mark instanceof Drawing.Line line && line.dash() > 0)
        .anyMatch(mark -> mark instanceof Drawing.Text text && text.text().equals("dense 98"));
  }

  @Test
  void labelOfALevelStandsWhereItHidesNothing() {
    var level = Optional.of(new CurveChart.Level(95, "dense 95"));
    Curve atTheEnd = new Curve("a", 0, false, List.of(point(15, 95.2, 0.5)));
    assertThat(label(new CurveChart("t", X, Y, level, List.of(), false)).x()).isGreaterThan(300);
    assertThat(label(new CurveChart("t", X, Y, level, List.of(atTheEnd), false)).x())
        .isLessThan(500)
        .isGreaterThan(70);
  }

  private static Drawing.Text label(CurveChart chart) {
    return chart.draw().marks().stream()
        .filter(mark -> mark instanceof Drawing.Text text && text.text().equals("dense 95"))
        .map(Drawing.Text.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void crowdedTickLabelsAreLeftOut() {
    Axis crowded = new Axis("x", true, 1, 16, List.of(4.0, 4.1, 4.2, 16.0), "");
    Drawing drawing = new CurveChart("t", crowded, Y, Optional.empty(), List.of(), false).draw();
    assertThat(drawing.marks())
        .filteredOn(mark -> mark instanceof Drawing.Text text && text.text().startsWith("4"))
        .hasSize(1);
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.api.Assertions.within(1e-9);
  }

  private static CurveChart chart(Curve.Point... points) {
    Curve curve = new Curve("m", 0, false, List.of(points));
    return new CurveChart("t", X, Y, Optional.empty(), List.of(curve), false);
  }

  private static Curve curve(int index) {
    return new Curve("m" + index, index, false, List.of(point(4, 95, 0)));
  }

  private static Curve.Point point(double x, double y, double spread) {
    return new Curve.Point(x, y, 0, spread, false, "");
  }

  private static List<Drawing.Glyph> markers(Drawing drawing) {
    return drawing.marks().stream()
        .filter(Drawing.Glyph.class::isInstance)
        .map(Drawing.Glyph.class::cast)
        .toList();
  }

  private static List<Drawing.Line> seriesLines(Drawing drawing) {
    return drawing.marks().stream()
        .filter(Drawing.Line.class::isInstance)
        .map(Drawing.Line.class::cast)
        .filter(line -> line.ink().equals(Ink.series(0)))
        .toList();
  }
}
