package dev.espalier.bench.report.chart;

import java.util.Locale;

/** Writes a {@link Drawing} as SVG, to stand alone or inside a page. */
public final class SvgRenderer {

  private static final String FONTS = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

  private SvgRenderer() {}

  /** The rules that give the inks their light and dark colours; a page needs them once. */
  public static String styleSheet() {
    StringBuilder css = new StringBuilder(":root{color-scheme:light dark;");
    Ink.all().forEach(ink -> css.append(variable(ink, ink.light())));
    css.append("}\n@media(prefers-color-scheme:dark){:root{");
    Ink.all().forEach(ink -> css.append(variable(ink, ink.dark())));
    css.append("}}\n");
    for (Ink ink : Ink.all()) {
      css.append(".s-%1$s{stroke:var(--%1$s)}.f-%1$s{fill:var(--%1$s)}".formatted(ink.role()));
    }
    return css.append("\nsvg text{font-family:").append(FONTS).append("}\n").toString();
  }

  /** A complete SVG file on its own background. */
  public static String document(Drawing drawing) {
    Markup svg = new Markup();
    open(svg, drawing, true);
    svg.open("style").raw(styleSheet()).close();
    svg.empty("rect", "width", "100%", "height", "100%", "class", "f-paper");
    return svg.line().raw(body(drawing)).closeLine().finish();
  }

  /** An {@code svg} element for a page that carries {@link #styleSheet()}. */
  public static String inline(Drawing drawing) {
    Markup svg = new Markup();
    open(svg, drawing, false);
    return svg.raw(body(drawing)).closeLine().finish();
  }

  private static void open(Markup svg, Drawing drawing, boolean standalone) {
    String width = number(drawing.width());
    String height = number(drawing.height());
    String viewBox = "0 0 " + width + " " + height;
    if (standalone) {
      svg.open(
          "svg",
          "xmlns",
          "http://www.w3.org/2000/svg",
          "role",
          "img",
          "viewBox",
          viewBox,
          "width",
          width,
          "height",
          height);
    } else {
      svg.open("svg", "role", "img", "viewBox", viewBox, "style", "max-width:" + width + "px");
    }
    svg.leaf("title", drawing.description()).line();
  }

  private static String body(Drawing drawing) {
    Markup svg = new Markup();
    for (Drawing.Mark mark : drawing.marks()) {
      switch (mark) {
        case Drawing.Line line -> line(svg, line);
        case Drawing.Glyph glyph -> glyph(svg, glyph);
        case Drawing.Text text -> text(svg, text);
      }
      svg.line();
    }
    return svg.finish();
  }

  private static void line(Markup svg, Drawing.Line line) {
    svg.empty(
        "line",
        "x1",
        number(line.x1()),
        "y1",
        number(line.y1()),
        "x2",
        number(line.x2()),
        "y2",
        number(line.y2()),
        "class",
        "s-" + line.ink().role(),
        "stroke-width",
        number(line.thickness()),
        "stroke-linecap",
        line.dash() > 0 ? "butt" : "round",
        "stroke-dasharray",
        line.dash() > 0 ? number(line.dash()) : "none");
  }

  private static void glyph(Markup svg, Drawing.Glyph glyph) {
    String role = glyph.ink().role();
    String style = glyph.filled() ? "f-" + role + " s-paper" : "f-paper s-" + role;
    String outline = number(Drawing.Glyph.OUTLINE);
    String element = glyph.marker() == Marker.CIRCLE ? "circle" : "polygon";
    if (glyph.marker() == Marker.CIRCLE) {
      svg.open(
          element,
          "cx",
          number(glyph.x()),
          "cy",
          number(glyph.y()),
          "r",
          number(glyph.radius()),
          "class",
          style,
          "stroke-width",
          outline);
    } else {
      StringBuilder points = new StringBuilder();
      for (double corner : glyph.marker().corners(glyph.x(), glyph.y(), glyph.radius())) {
        points.append(points.isEmpty() ? "" : " ").append(number(corner));
      }
      svg.open(element, "points", points, "class", style, "stroke-width", outline);
    }
    if (!glyph.tooltip().isEmpty()) {
      svg.leaf("title", glyph.tooltip());
    }
    svg.close();
  }

  private static void text(Markup svg, Drawing.Text text) {
    String place = number(text.x()) + " " + number(text.y());
    svg.leaf(
        "text",
        text.text(),
        "transform",
        "translate(" + place + ")" + (text.upwards() ? " rotate(-90)" : ""),
        "font-size",
        number(text.size()),
        "font-weight",
        text.bold() ? 600 : 400,
        "text-anchor",
        text.anchor().name().toLowerCase(Locale.ROOT),
        "class",
        "f-" + text.ink().role());
  }

  private static String variable(Ink ink, int rgb) {
    return String.format(Locale.ROOT, "--%s:#%06x;", ink.role(), rgb);
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
