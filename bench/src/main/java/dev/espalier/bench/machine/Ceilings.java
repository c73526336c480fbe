package dev.espalier.bench.machine;

import dev.espalier.tensor.cpu.vector.PeakProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;

/**
 * What no kernel can exceed, for a number of threads that all work at once.
 *
 * @param gigaflops multiply-adds in registers, in 10⁹ operations per second
 * @param gigabytesPerSecond copying, read and written bytes both counted
 */
public record Ceilings(double gigaflops, double gigabytesPerSecond) {
  private static final long MILLIS = 150;

  /** Needs the Vector API module. */
  public static Ceilings measure(int threads, double workingSetBytes) {
    long share = (long) (workingSetBytes / threads);
    return new Ceilings(
        together(threads, () -> PeakProbe.gigaflops(MILLIS)),
        together(threads, () -> CopyProbe.gigabytesPerSecond(share, MILLIS)));
  }

  /** The higher of two looks, as other load on the machine only ever lowers one. */
  public Ceilings max(Ceilings other) {
    return new Ceilings(
        Math.max(gigaflops, other.gigaflops),
        Math.max(gigabytesPerSecond, other.gigabytesPerSecond));
  }

  /** The rate that a kernel of this arithmetic intensity cannot exceed. */
  public double roof(double flops, double bytes) {
    return Math.min(gigaflops, flops / bytes * gigabytesPerSecond);
  }

  private static double together(int threads, DoubleSupplier probe) {
    if (threads == 1) {
      return probe.getAsDouble();
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Double>> rates = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        rates.add(pool.submit(probe::getAsDouble));
      }
      double sum = 0;
      for (Future<Double> rate : rates) {
        sum += rate.get();
      }
      return sum;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a probe failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the machine was probed", e);
    }
  }
}
