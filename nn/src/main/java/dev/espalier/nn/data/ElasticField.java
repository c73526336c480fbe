package dev.espalier.nn.data;

/**
 * A smooth random displacement of the unit square: random control vectors under a uniform cubic
 * B-spline, which is the smoothing. Source of the idea: Simard, Steinkraus, Platt, "Best Practices
 * for Convolutional Neural Networks Applied to Visual Document Analysis", 2003, section 2.
 */
final class ElasticField {
  private static final int CELLS = 3;
  private static final int CONTROLS = CELLS + 3;
  private static final float MARGIN = 0.15f;

  private final float[] controlX = new float[CONTROLS * CONTROLS];
  private final float[] controlY = new float[CONTROLS * CONTROLS];
  private final float[] weightX = new float[4];
  private final float[] weightY = new float[4];
  private float shiftX;
  private float shiftY;

  void randomize(Draws random, float amplitude) {
    for (int i = 0; i < controlX.length; i++) {
      controlX[i] = random.spread(amplitude);
      controlY[i] = random.spread(amplitude);
    }
  }

  /** Evaluates the field; {@link #shiftX()} and {@link #shiftY()} then hold the displacement. */
  void evaluate(float x, float y) {
    int cellX = weights(x, weightX);
    int cellY = weights(y, weightY);
    float sumX = 0f;
    float sumY = 0f;
    for (int j = 0; j < 4; j++) {
      int row = (cellY + j) * CONTROLS + cellX;
      for (int i = 0; i < 4; i++) {
        float weight = weightY[j] * weightX[i];
        sumX += weight * controlX[row + i];
        sumY += weight * controlY[row + i];
      }
    }
    shiftX = sumX;
    shiftY = sumY;
  }

  float shiftX() {
    return shiftX;
  }

  float shiftY() {
    return shiftY;
  }

  private static int weights(float position, float[] weight) {
    float scaled = Math.clamp((position + MARGIN) / (1f + 2f * MARGIN), 0f, 0.99999f) * CELLS;
    int cell = (int) scaled;
    float t = scaled - cell;
    float u = 1f - t;
    weight[0] = u * u * u / 6f;
    weight[1] = (3f * t * t * t - 6f * t * t + 4f) / 6f;
    weight[2] = (3f * u * u * u - 6f * u * u + 4f) / 6f;
    weight[3] = t * t * t / 6f;
    return cell;
  }
}
