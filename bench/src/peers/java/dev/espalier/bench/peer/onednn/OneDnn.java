package dev.espalier.bench.peer.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.espalier.bench.peer.Natives;
import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerCall;
import dev.espalier.bench.peer.Problem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * oneDNN, each problem put in every way that it accepts; the fastest way is the one that counts.
 */
final class OneDnn implements Peer {
  static final String NAME = "onednn";

  private static final long TRIAL_NANOS = 60_000_000;

  private final Dnnl dnnl;

  OneDnn(int threads) {
    Natives.setEnvironment("OMP_NUM_THREADS", Integer.toString(threads));
    Natives library =
        Natives.load(
            NAME, "org/bytedeco/dnnl/linux-x86_64", List.of("libgomp.so.1", "libdnnl.so.3"));
    try {
      library.function("omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT)).invoke(threads);
    } catch (Throwable e) {
      throw Natives.failure("omp_set_num_threads", e);
    }
    dnnl = new Dnnl(library);
  }

  @Override
  public Optional<PeerCall> prepare(Problem problem, List<MemorySegment> inputs) {
    return switch (problem) {
      case Problem.Gemm gemm -> fastest(new MatMulForms(dnnl, gemm, inputs).all());
      case Problem.Convolution convolution ->
          fastest(new ConvolutionForms(dnnl, convolution, inputs).all());
      case Problem.Softmax softmax ->
          fastest(List.of(new LayerForms(dnnl, inputs).softmax(softmax)));
      case Problem.LayerNorm norm -> fastest(List.of(new LayerForms(dnnl, inputs).layerNorm(norm)));
      case Problem.Pool pool -> fastest(new LayerForms(dnnl, inputs).pool(pool));
      case Problem.Attention _, Problem.Inference _, Problem.TrainingStep _ -> Optional.empty();
    };
  }

  @Override
  public void close() {}

  /** A way that the library does not implement is no candidate. */
  @FunctionalInterface
  interface Form {
    OneDnnCall create();
  }

  private static Optional<PeerCall> fastest(List<Form> forms) {
    List<OneDnnCall> calls = new ArrayList<>();
    for (Form form : forms) {
      try {
        calls.add(form.create());
      } catch (DnnlException e) {
        if (!e.isUnimplemented()) {
          throw e;
        }
      }
    }
    OneDnnCall best = null;
    double bestNanos = Double.POSITIVE_INFINITY;
    for (OneDnnCall call : calls) {
      double nanos = calls.size() == 1 ? 0 : time(call);
      if (nanos < bestNanos) {
        best = call;
        bestNanos = nanos;
      }
    }
    for (OneDnnCall call : calls) {
      if (call != best) {
        call.close();
      }
    }
    return Optional.ofNullable(best);
  }

  private static double time(OneDnnCall call) {
    call.run();
    double best = Double.POSITIVE_INFINITY;
    long end = System.nanoTime() + TRIAL_NANOS;
    long before;
    do {
      before = System.nanoTime();
      call.run();
      best = Math.min(best, (double) (System.nanoTime() - before));
    } while (System.nanoTime() < end);
    return best;
  }
}
