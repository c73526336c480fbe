package dev.espalier.bench.report.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Paints a {@link Drawing} in its light colours as a PNG; needs no display. */
public final class PngRenderer {

  private static final int SCALE = 2;

  private PngRenderer() {}

  /**
   * The picture at twice its size.
   *
   * @throws NoFontException if the Java runtime finds no font to write with
   */
  public static byte[] render(Drawing drawing) throws IOException {
    BufferedImage image =
        new BufferedImage(
            (int) Math.ceil(SCALE * drawing.width()),
            (int) Math.ceil(SCALE * drawing.height()),
            BufferedImage.TYPE_INT_RGB);
    requireFont();
    paint(drawing, image);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.setUseCache(false);
    if (!ImageIO.write(image, "png", bytes)) {
      throw new IOException("the Java runtime has no PNG writer");
    }
    return bytes.toByteArray();
  }

  /** The picture could not be painted because the machine offers no font. */
  public static final class NoFontException extends IOException {

    private static final long serialVersionUID = 1L;

    NoFontException(Throwable cause) {
      super("the Java runtime finds no font: install fontconfig and a font such as DejaVu", cause);
    }
  }

  /** Without fontconfig the runtime fails with one of several errors, none of them declared. */
  private static void requireFont() throws NoFontException {
    try {
      new Font(Font.SANS_SERIF, Font.PLAIN, SCALE).canDisplay('0');
    } catch (RuntimeException | InternalError | LinkageError e) {
      throw new NoFontException(e);
    }
  }

  private static void paint(Drawing drawing, BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      graphics.setRenderingHint(
          RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
      graphics.setColor(color(Ink.PAPER));
      graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
      graphics.scale(SCALE, SCALE);
      for (Drawing.Mark mark : drawing.marks()) {
        switch (mark) {
          case Drawing.Line line -> line(graphics, line);
          case Drawing.Glyph glyph -> glyph(graphics, glyph);
          case Drawing.Text text -> text(graphics, text);
        }
      }
    } finally {
      graphics.dispose();
    }
  }

  private static void line(Graphics2D graphics, Drawing.Line line) {
    float thickness = (float) line.thickness();
    float[] dash = line.dash() > 0 ? new float[] {(float) line.dash()} : null;
    int cap = line.dash() > 0 ? BasicStroke.CAP_BUTT : BasicStroke.CAP_ROUND;
    graphics.setColor(color(line.ink()));
    graphics.setStroke(new BasicStroke(thickness, cap, BasicStroke.JOIN_ROUND, 10, dash, 0));
    graphics.draw(new Line2D.Double(line.x1(), line.y1(), line.x2(), line.y2()));
  }

  private static void glyph(Graphics2D graphics, Drawing.Glyph glyph) {
    Shape shape = shape(glyph);
    graphics.setColor(color(glyph.filled() ? glyph.ink() : Ink.PAPER));
    graphics.fill(shape);
    graphics.setColor(color(glyph.filled() ? Ink.PAPER : glyph.ink()));
    graphics.setStroke(new BasicStroke((float) Drawing.Glyph.OUTLINE));
    graphics.draw(shape);
  }

  private static Shape shape(Drawing.Glyph glyph) {
    double radius = glyph.radius();
    if (glyph.marker() == Marker.CIRCLE) {
      return new Ellipse2D.Double(glyph.x() - radius, glyph.y() - radius, 2 * radius, 2 * radius);
    }
    double[] corners = glyph.marker().corners(glyph.x(), glyph.y(), radius);
    Path2D.Double path = new Path2D.Double();
    path.moveTo(corners[0], corners[1]);
    for (int i = 2; i < corners.length; i += 2) {
      path.lineTo(corners[i], corners[i + 1]);
    }
    path.closePath();
    return path;
  }

  private static void text(Graphics2D graphics, Drawing.Text text) {
    Font font = new Font(Font.SANS_SERIF, text.bold() ? Font.BOLD : Font.PLAIN, 1);
    graphics.setFont(font.deriveFont((float) text.size()));
    graphics.setColor(color(text.ink()));
    double length = graphics.getFontMetrics().getStringBounds(text.text(), graphics).getWidth();
    double start =
        switch (text.anchor()) {
          case START -> 0;
          case MIDDLE -> -length / 2;
          case END -> -length;
        };
    var upright = graphics.getTransform();
    graphics.translate(text.x(), text.y());
    if (text.upwards()) {
      graphics.rotate(-Math.PI / 2);
    }
    graphics.drawString(text.text(), (float) start, 0f);
    graphics.setTransform(upright);
  }

  private static Color color(Ink ink) {
    return new Color(ink.light());
  }
}
