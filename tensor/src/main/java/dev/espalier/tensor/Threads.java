package dev.espalier.tensor;

import dev.espalier.tensor.cpu.Workers;

/**
 * How many threads the CPU kernels use, the calling one included.
 *
 * <p>Results do not depend on it, bit for bit. The default is the system property {@code
 * espalier.threads}, else one per processor. PyTorch: {@code torch.set_num_threads}.
 */
public final class Threads {
  private Threads() {}

  /** The number of threads in use. */
  public static int count() {
    return Workers.threads();
  }

  /** Sets the number of threads, at least 1. */
  public static void setCount(int threads) {
    Workers.setThreads(threads);
  }
}
