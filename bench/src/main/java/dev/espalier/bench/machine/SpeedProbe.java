package dev.espalier.bench.machine;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.cpu.vector.PeakProbe;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrix product's rate beside the machine's multiply-add rate, on one thread, in alternation.
 */
public final class SpeedProbe {
  /**
   * One size.
   *
   * @param size of the square matrices
   * @param gigaflops best rate of the product
   * @param peak best rate of multiply-adds in registers that was seen in the whole run
   */
  public record Rate(int size, double gigaflops, double peak) {}

  private static final int PEAK_MILLIS = 700;
  private static final double SECONDS = 2;

  private SpeedProbe() {}

  /** Measures squares; takes a few seconds. Needs the Vector API module. */
  public static List<Rate> run(int... sizes) {
    int threads = Threads.count();
    Threads.setCount(1);
    try {
      double peak = PeakProbe.gigaflops(PEAK_MILLIS);
      double[] products = new double[sizes.length];
      for (int i = 0; i < sizes.length; i++) {
        products[i] = product(sizes[i]);
        peak = Math.max(peak, PeakProbe.gigaflops(PEAK_MILLIS));
      }
      List<Rate> rates = new ArrayList<>();
      for (int i = 0; i < sizes.length; i++) {
        rates.add(new Rate(sizes[i], products[i], peak));
      }
      return rates;
    } finally {
      Threads.setCount(threads);
    }
  }

  private static double product(int size) {
    Backend backend = Backends.of(Device.CPU);
    try (var _ = Scope.open("speed probe")) {
      var generator = new Generator(1);
      Shape square = Shape.of(size, size);
      Tensor a = RandomFill.uniform(generator, DType.FLOAT32, square, -1, 1);
      Tensor b = RandomFill.uniform(generator, DType.FLOAT32, square, -1, 1);
      Tensor c = Tensor.zeros(DType.FLOAT32, square);
      double best = Double.POSITIVE_INFINITY;
      long end = System.nanoTime() + (long) (SECONDS * 1e9);
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        backend.gemm(1, a, b, 0, c, Epilogue.NONE);
        best = Math.min(best, (double) (System.nanoTime() - start));
      }
      return 2.0 * size * size * size / best;
    }
  }
}
