package dev.espalier.tensor.cpu;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Philox;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Distribution;

/**
 * Random tensors from Philox counters, as {@link Distribution} says; logarithm, sine and cosine are
 * those of {@link StrictMath}, so that the bits do not depend on the machine.
 */
final class ScalarRandom {
  private ScalarRandom() {}

  static void random(
      Distribution distribution,
      double a,
      double b,
      long seed,
      long stream,
      long position,
      Tensor out) {
    Cells to = Cells.of(out);
    double belowB = out.dtype() == DType.FLOAT32 ? Math.nextDown((float) b) : Math.nextDown(b);
    int[] words = new int[4];
    double[] values = new double[4];
    for (long at = 0; at < out.size(); at += 4) {
      Philox.block(seed, stream, position + at / 4, words, 0);
      switch (distribution) {
        case UNIFORM -> uniform(words, a, b, belowB, values);
        case NORMAL -> normal(words, a, b, values);
        case DROPOUT -> dropout(words, a, values);
      }
      to.write(at, (int) Math.min(4, out.size() - at), values);
    }
  }

  private static void uniform(int[] words, double a, double b, double belowB, double[] values) {
    for (int i = 0; i < 4; i++) {
      double value = a + (b - a) * Philox.toFloat(words[i]);
      values[i] = value > belowB && b > a ? belowB : value;
    }
  }

  private static void dropout(int[] words, double rate, double[] values) {
    for (int i = 0; i < 4; i++) {
      values[i] = Philox.toFloat(words[i]) < rate ? 0 : 1 / (1 - rate);
    }
  }

  private static void normal(int[] words, double mean, double deviation, double[] values) {
    for (int i = 0; i < 4; i += 2) {
      double radius =
          StrictMath.sqrt(-2 * StrictMath.log((Integer.toUnsignedLong(words[i]) + 1) * 0x1p-32));
      double angle = 2 * Math.PI * (Integer.toUnsignedLong(words[i + 1]) * 0x1p-32);
      values[i] = mean + deviation * (radius * StrictMath.cos(angle));
      values[i + 1] = mean + deviation * (radius * StrictMath.sin(angle));
    }
  }
}
