package dev.espalier.nn.data;

import java.util.Arrays;

/** A square coverage map, 0 to 1 a pixel, onto which round-capped tapered segments are drawn. */
final class StrokeCanvas {
  final int size;
  final float[] coverage;

  StrokeCanvas(int size) {
    this.size = size;
    this.coverage = new float[size * size];
  }

  void clear() {
    Arrays.fill(coverage, 0f);
  }

  /**
   * Draws the segment (x0, y0)-(x1, y1), pen radius r0 to r1, in pixels (the centre of pixel (0, 0)
   * is the point (0, 0)); a pixel keeps the larger coverage, so strokes that meet show no seam.
   */
  void segment(float x0, float y0, float r0, float x1, float y1, float r1) {
    float reach = Math.max(r0, r1) + 0.5f;
    int left = clampCeil(Math.min(x0, x1) - reach);
    int right = clampFloor(Math.max(x0, x1) + reach);
    int top = clampCeil(Math.min(y0, y1) - reach);
    int bottom = clampFloor(Math.max(y0, y1) + reach);
    float dx = x1 - x0;
    float dy = y1 - y0;
    float dr = r1 - r0;
    float inverse = 1f / Math.max(dx * dx + dy * dy, 1e-12f);
    float reachSquared = reach * reach;
    for (int row = top; row <= bottom; row++) {
      float py = row - y0;
      int base = row * size;
      for (int column = left; column <= right; column++) {
        float px = column - x0;
        float t = Math.clamp((px * dx + py * dy) * inverse, 0f, 1f);
        float ex = px - t * dx;
        float ey = py - t * dy;
        float squared = ex * ex + ey * ey;
        if (squared < reachSquared) {
          float covered = r0 + t * dr + 0.5f - (float) Math.sqrt(squared);
          float kept = coverage[base + column];
          coverage[base + column] = Math.max(kept, Math.min(covered, 1f));
        }
      }
    }
  }

  /** Convolves with the separable kernel (w, 1 - 2w, w); outside counts as empty. */
  void blur(float w) {
    float centre = 1f - 2f * w;
    for (int row = 0; row < size; row++) {
      blurLine(row * size, 1, w, centre);
    }
    for (int column = 0; column < size; column++) {
      blurLine(column, size, w, centre);
    }
  }

  private void blurLine(int start, int step, float w, float centre) {
    float before = 0f;
    float here = coverage[start];
    int at = start;
    for (int i = 1; i < size; i++) {
      float after = coverage[at + step];
      coverage[at] = w * (before + after) + centre * here;
      before = here;
      here = after;
      at += step;
    }
    coverage[at] = w * before + centre * here;
  }

  private int clampCeil(float value) {
    return Math.max(0, (int) Math.ceil(value));
  }

  private int clampFloor(float value) {
    return Math.min(size - 1, (int) Math.floor(value));
  }
}
