package dev.espalier.tensor.sparse;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Random;

/** Seeded masks and tensors for tests. */
public final class RandomSparse {
  private RandomSparse() {}

  public static Mask mask(Shape shape, double density, long seed) {
    Random random = new Random(seed);
    boolean[] kept = new boolean[(int) shape.size()];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = random.nextDouble() < density;
    }
    return Mask.of(shape, kept);
  }

  /** Whole groups kept with the given probability. */
  public static Mask mask(Shape shape, Granularity granularity, double density, long seed) {
    Random random = new Random(seed);
    boolean[] groups = new boolean[(int) granularity.groupCount(shape)];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = random.nextDouble() < density;
    }
    return Mask.fromGroups(shape, granularity, groups);
  }

  /** Normal values without zeros. */
  public static Tensor tensor(DType dtype, Shape shape, long seed) {
    Random random = new Random(seed);
    double[] values = new double[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian() + 1e-3;
    }
    try (Tensor tensor = Tensor.of(shape, values)) {
      return tensor.to(dtype);
    }
  }
}
