package dev.espalier.bench.peer.libtorch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.JniUtils;
import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerCall;
import dev.espalier.bench.peer.Problem;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** What DJL can say to libtorch: products, attention made of them, and training. */
final class LibTorch implements Peer {
  private final Engine engine = Engine.getEngine("PyTorch");
  private final NDManager manager = engine.newBaseManager();

  LibTorch(int threads) {
    JniUtils.setNumThreads(threads);
  }

  @Override
  public Optional<PeerCall> prepare(Problem problem, List<MemorySegment> inputs) {
    return switch (problem) {
      case Problem.Gemm gemm -> Optional.of(gemm(gemm, inputs));
      case Problem.Attention attention -> Optional.of(attention(attention, inputs));
      case Problem.TrainingStep step -> Optional.of(new TrainingCall(engine, step, inputs));
      default -> Optional.empty();
    };
  }

  /** A new array with a copy of the data. */
  static NDArray array(NDManager manager, MemorySegment data, long... dims) {
    NDArray array = manager.create(new ai.djl.ndarray.types.Shape(dims), DataType.FLOAT32);
    array.set(data.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer());
    return array;
  }

  private PeerCall gemm(Problem.Gemm gemm, List<MemorySegment> inputs) {
    int m = gemm.m();
    int k = gemm.k();
    int n = gemm.n();
    NDArray a = matrix(inputs.get(0), gemm.batch(), m, k, gemm.transposeA());
    NDArray b = matrix(inputs.get(1), gemm.batch(), k, n, gemm.transposeB());
    return new TensorCall(manager, "matmul", () -> a.matMul(b));
  }

  private NDArray matrix(MemorySegment data, int batch, int rows, int columns, boolean transposed) {
    NDArray stored =
        transposed
            ? array(manager, data, batch, columns, rows).swapAxes(1, 2)
            : array(manager, data, batch, rows, columns);
    return batch == 1 ? stored.squeeze(0) : stored;
  }

  private PeerCall attention(Problem.Attention attention, List<MemorySegment> inputs) {
    long[] dims = {attention.heads(), attention.tokens(), attention.width()};
    NDArray q = array(manager, inputs.get(0), dims);
    NDArray k = array(manager, inputs.get(1), dims).swapAxes(1, 2);
    NDArray v = array(manager, inputs.get(2), dims);
    double scale = 1 / Math.sqrt(attention.width());
    return new TensorCall(
        manager,
        "matmul, softmax, matmul",
        () -> {
          try (NDArray scores = q.matMul(k);
              NDArray scaled = scores.muli(scale);
              NDArray weights = scaled.softmax(2)) {
            return weights.matMul(v);
          }
        });
  }

  @Override
  public void close() {
    manager.close();
  }
}
