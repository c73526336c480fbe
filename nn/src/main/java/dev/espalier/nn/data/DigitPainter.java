package dev.espalier.nn.data;

/** Paints one synthetic digit at a time; holds the scratch of one thread. */
final class DigitPainter {
  private static final int SIZE = SyntheticDigits.SIZE;
  private static final float CENTRE = (SIZE - 1) / 2f;

  /** Height of the unit square in pixels at scale 1, as in MNIST's 20-pixel box. */
  private static final float GLYPH_PIXELS = 19f;

  private static final float MAX_ROTATION = 0.45f;
  private static final float MAX_SHEAR = 0.42f;
  private static final float MAX_TRANSLATION = 2.8f;
  private static final float MIN_SCALE = 0.70f;
  private static final float MAX_SCALE = 1.08f;
  private static final float ELASTIC_AMPLITUDE = 0.42f;
  private static final float DISTRACTOR_CHANCE = 0.3f;
  private static final float OCCLUDER_CHANCE = 0.2f;

  private final Draws random = new Draws();
  private final ElasticField field = new ElasticField();
  private final StrokeCanvas ink = new StrokeCanvas(SIZE);
  private final StrokeCanvas extra = new StrokeCanvas(SIZE);

  /** Paints {@code digit} from the draws named by (seed, split, index) into {@code pixels}. */
  void paint(int digit, long seed, int split, int index, byte[] pixels, int offset) {
    random.seek(seed, Draws.Purpose.DIGIT_IMAGE, split, index);
    ink.clear();
    write(DigitGlyphs.glyph(digit, random.below(DigitGlyphs.hands(digit))));
    if (random.nextFloat() < OCCLUDER_CHANCE) {
      occlude();
    }
    if (random.nextFloat() < DISTRACTOR_CHANCE) {
      distract();
    }
    ink.blur(random.between(0f, 0.22f));
    develop(pixels, offset);
  }

  private void write(Glyph glyph) {
    field.randomize(random, random.between(0.3f, 1f) * ELASTIC_AMPLITUDE);
    float angle = random.spread(MAX_ROTATION);
    float cos = (float) StrictMath.cos(angle);
    float sin = (float) StrictMath.sin(angle);
    float shear = random.spread(MAX_SHEAR);
    float scaleX = GLYPH_PIXELS * random.between(MIN_SCALE, MAX_SCALE);
    float scaleY = GLYPH_PIXELS * random.between(MIN_SCALE, MAX_SCALE);
    float toX = CENTRE + random.spread(MAX_TRANSLATION);
    float toY = CENTRE + random.spread(MAX_TRANSLATION);
    float radius = random.between(0.65f, 1.75f);
    float taper = random.spread(0.45f) * radius / glyph.length();
    float lastX = 0f;
    float lastY = 0f;
    for (int i = 0; i < glyph.length(); i++) {
      float gx = glyph.x()[i];
      float gy = glyph.y()[i];
      field.evaluate(gx, gy);
      float y = (gy + field.shiftY() - 0.5f) * scaleY;
      float x = (gx + field.shiftX() - 0.5f) * scaleX - shear * y;
      float px = toX + cos * x - sin * y;
      float py = toY + sin * x + cos * y;
      if (!glyph.strokeStart()[i]) {
        ink.segment(lastX, lastY, radius + taper * (i - 1), px, py, radius + taper * i);
      }
      lastX = px;
      lastY = py;
    }
  }

  /** Rubs a narrow path out of the digit, as a dry pen or a crease in the paper would. */
  private void occlude() {
    drawLoose(SIZE * 0.5f, random.between(0.4f, 0.9f));
    for (int i = 0; i < ink.coverage.length; i++) {
      ink.coverage[i] *= 1f - extra.coverage[i];
    }
  }

  /** Adds a short stroke that belongs to no digit. */
  private void distract() {
    drawLoose(SIZE * 0.25f, random.between(0.5f, 1.1f));
    float strength = random.between(0.5f, 1f);
    for (int i = 0; i < ink.coverage.length; i++) {
      ink.coverage[i] = Math.max(ink.coverage[i], strength * extra.coverage[i]);
    }
  }

  private void drawLoose(float length, float radius) {
    extra.clear();
    float x = random.between(3f, SIZE - 4f);
    float y = random.between(3f, SIZE - 4f);
    float dx = random.between(-length, length) / 2f;
    float dy = random.between(-length, length) / 2f;
    extra.segment(x - dx, y - dy, radius, x + dx, y + dy, radius);
  }

  /** Turns coverage into grey levels under a random contrast and sensor noise. */
  private void develop(byte[] pixels, int offset) {
    float white = random.between(170f, 255f);
    float noise = random.between(2f, 26f);
    for (int i = 0; i < ink.coverage.length; i++) {
      // Four bytes summed have mean 510 and standard deviation 148: near enough to a Gaussian.
      int bits = random.nextInt();
      int sum = (bits & 255) + (bits >>> 8 & 255) + (bits >>> 16 & 255) + (bits >>> 24);
      float value = white * ink.coverage[i] + noise * (sum - 510) * (1f / 148f);
      pixels[offset + i] = (byte) Math.clamp((int) (value + 0.5f), 0, 255);
    }
  }
}
