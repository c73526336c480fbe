package dev.espalier.bench.peer.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.espalier.bench.kernel.Networks;
import dev.espalier.bench.onnx.OnnxWriter;
import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerCall;
import dev.espalier.bench.peer.Problem;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whole networks on ONNX Runtime's CPU provider, all graph optimisations on, input and output in
 * memory of ours that it reads and writes in place.
 */
final class OnnxRuntime implements Peer {
  private final OrtEnvironment environment =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "espalier");
  private final int threads;

  OnnxRuntime(int threads) {
    this.threads = threads;
  }

  @Override
  public Optional<PeerCall> prepare(Problem problem, List<MemorySegment> inputs) {
    return problem instanceof Problem.Inference inference
        ? Optional.of(new Call(inference, inputs.getFirst()))
        : Optional.empty();
  }

  /** The environment lives as long as the process. */
  @Override
  public void close() {}

  private static IllegalStateException failure(OrtException e) {
    return new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
  }

  private final class Call implements PeerCall {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment result;
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession session;
    private final Map<String, OnnxTensor> input;
    private final Map<String, OnnxTensor> output;

    Call(Problem.Inference problem, MemorySegment images) {
      Module network = Networks.create(problem.network(), problem.sparsity());
      Shape shape = Networks.input(problem.network(), problem.batch());
      result = arena.allocate(4L * problem.batch() * Networks.CLASSES, 64);
      try {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        session =
            environment.createSession(OnnxWriter.write(network, shape, problem.network()), options);
        long[] dims = Arrays.stream(shape.toArray()).asLongStream().toArray();
        input =
            Map.of(OnnxWriter.INPUT, OnnxTensor.createTensor(environment, floats(images), dims));
        output =
            Map.of(
                OnnxWriter.OUTPUT,
                OnnxTensor.createTensor(
                    environment, floats(result), new long[] {problem.batch(), Networks.CLASSES}));
      } catch (OrtException e) {
        throw failure(e);
      }
    }

    private static FloatBuffer floats(MemorySegment segment) {
      return segment.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    @Override
    public void run() {
      try (OrtSession.Result _ = session.run(input, output)) {
        // The outputs are pinned to our memory.
      } catch (OrtException e) {
        throw failure(e);
      }
    }

    @Override
    public void result(MemorySegment out) {
      out.copyFrom(result);
    }

    @Override
    public String kernel() {
      return "ONNX Runtime " + environment.getVersion();
    }

    @Override
    public void close() {
      input.values().forEach(OnnxTensor::close);
      output.values().forEach(OnnxTensor::close);
      try {
        session.close();
      } catch (OrtException e) {
        throw failure(e);
      }
      options.close();
      arena.close();
    }
  }
}
