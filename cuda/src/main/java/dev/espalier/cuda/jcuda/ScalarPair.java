package dev.espalier.cuda.jcuda;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.Pointer;

/** The numbers alpha and beta of a product in host memory, where the libraries read them. */
final class ScalarPair implements AutoCloseable {
  private static final int WIDTH = Double.BYTES;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory = arena.allocate(2 * WIDTH, WIDTH);

  /** Sets both, in the type that the product scales in: float64 for float64 results. */
  void set(DType result, double alpha, double beta) {
    if (result == DType.FLOAT64) {
      memory.set(Elements.DOUBLE, 0, alpha);
      memory.set(Elements.DOUBLE, WIDTH, beta);
    } else {
      memory.set(Elements.FLOAT, 0, (float) alpha);
      memory.set(Elements.FLOAT, WIDTH, (float) beta);
    }
  }

  Pointer alpha() {
    return Addresses.of(memory);
  }

  Pointer beta() {
    return Addresses.of(memory.asSlice(WIDTH));
  }

  @Override
  public void close() {
    arena.close();
  }
}
