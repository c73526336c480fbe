package dev.espalier.nn.data;

import java.util.List;

/**
 * The per-channel map from unsigned bytes to network inputs, y = (x / 255 - mean) / std.
 *
 * <p>PyTorch: {@code transforms.ToTensor} followed by {@code transforms.Normalize}.
 *
 * @param mean mean of each channel, on the scale 0 to 1
 * @param std standard deviation of each channel, on the same scale
 */
public record Normalization(List<Float> mean, List<Float> std) {
  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the lists differ in length, or a value is not finite, or a
   *     deviation is not positive
   */
  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != std.size() || mean.isEmpty()) {
      throw new IllegalArgumentException(
          "normalization: " + mean.size() + " means and " + std.size() + " deviations");
    }
    for (int c = 0; c < mean.size(); c++) {
      if (!Float.isFinite(mean.get(c)) || !Float.isFinite(std.get(c)) || std.get(c) <= 0) {
        throw new IllegalArgumentException(
            "normalization: channel "
                + c
                + " has mean "
                + mean.get(c)
                + " and deviation "
                + std.get(c)
                + "; finite values and a positive deviation are needed");
      }
    }
  }

  /** For images of one channel. */
  public static Normalization grey(float mean, float std) {
    return new Normalization(List.of(mean), List.of(std));
  }

  /** The number of channels this is for. */
  public int channels() {
    return mean.size();
  }

  /** What an unsigned byte, 0 to 255, of a channel becomes. */
  public float apply(int channel, int value) {
    return (value / 255f - mean.get(channel)) / std.get(channel);
  }
}
