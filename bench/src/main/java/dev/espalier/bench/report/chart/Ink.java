package dev.espalier.bench.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A colour by its role, with one value for light and one for dark pages.
 *
 * <p>The series colours are those of Okabe and Ito (Color Universal Design), which stay apart under
 * the common kinds of colour blindness; the dark values are the same hues, lighter. Beyond eight
 * series the colours repeat, told apart by {@link Marker} shapes.
 *
 * @param role the name used in style sheets
 * @param light RGB on a light page
 * @param dark RGB on a dark page
 */
public record Ink(String role, int light, int dark) {

  /** The page. */
  public static final Ink PAPER = new Ink("paper", 0xFFFFFF, 0x14171C);

  /** Words and the dense network's line. */
  public static final Ink TEXT = new Ink("text", 0x1C2128, 0xE4E7EB);

  /** Less important words. */
  public static final Ink MUTED = new Ink("muted", 0x5B6470, 0x9AA4B0);

  /** Series that others surpass everywhere. */
  public static final Ink FADED = new Ink("faded", 0xB4BAC2, 0x565E69);

  /** Axes. */
  public static final Ink AXIS = new Ink("axis", 0x8A929C, 0x6B7480);

  /** Grid lines. */
  public static final Ink GRID = new Ink("grid", 0xE6E8EB, 0x2A2F37);

  private static final int[][] SERIES = {
    {0x0072B2, 0x4FA9E0},
    {0xD55E00, 0xF0803C},
    {0x009E73, 0x2CC39A},
    {0xB8568F, 0xDE8ABB},
    {0xC48500, 0xE8B33F},
    {0x3F9ED1, 0x8CCBF0},
    {0x6B6B6B, 0xA8A8A8},
    {0x5B4FB5, 0x9D93EE},
  };

  private static final List<Ink> SERIES_INKS = seriesInks();

  /** The colour of a series. */
  public static Ink series(int index) {
    return SERIES_INKS.get(index % SERIES_INKS.size());
  }

  /** Every colour, for a style sheet. */
  public static List<Ink> all() {
    List<Ink> all = new ArrayList<>(List.of(PAPER, TEXT, MUTED, FADED, AXIS, GRID));
    all.addAll(SERIES_INKS);
    return all;
  }

  private static List<Ink> seriesInks() {
    List<Ink> inks = new ArrayList<>();
    Arrays.stream(SERIES)
        .forEach(pair -> inks.add(new Ink("series" + inks.size(), pair[0], pair[1])));
    return List.copyOf(inks);
  }
}
