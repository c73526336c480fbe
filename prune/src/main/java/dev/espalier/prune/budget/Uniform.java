package dev.espalier.prune.budget;

import dev.espalier.prune.Budget;
import java.util.Arrays;
import java.util.List;

/** {@code d_l = d}: every layer keeps the same share. */
public record Uniform() implements Budget {
  @Override
  public String name() {
    return "local";
  }

  @Override
  public double[] densities(List<Layer> layers, double density) {
    double[] densities = new double[layers.size()];
    Arrays.fill(densities, density);
    return densities;
  }
}
