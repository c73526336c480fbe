package dev.espalier.bench.peer.libtorch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.bench.peer.PeerCall;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** An expression of tensors. */
final class TensorCall implements PeerCall {
  private final NDManager manager;
  private final String kernel;
  private final Supplier<NDArray> expression;
  private NDArray last;

  TensorCall(NDManager manager, String kernel, Supplier<NDArray> expression) {
    this.manager = manager;
    this.kernel = "libtorch " + manager.getEngine().getVersion() + " " + kernel;
    this.expression = expression;
  }

  @Override
  public void run() {
    if (last != null) {
      last.close();
    }
    last = expression.get();
  }

  @Override
  public void result(MemorySegment out) {
    float[] values = last.toFloatArray();
    MemorySegment.copy(values, 0, out, JAVA_FLOAT, 0, values.length);
  }

  @Override
  public String kernel() {
    return kernel;
  }

  @Override
  public void close() {
    if (manager.isOpen() && last != null) {
      last.close();
    }
  }
}
