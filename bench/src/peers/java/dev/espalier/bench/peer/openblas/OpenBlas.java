package dev.espalier.bench.peer.openblas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.espalier.bench.peer.Natives;
import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerCall;
import dev.espalier.bench.peer.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The CBLAS interface of OpenBLAS. */
@SuppressWarnings("restricted")
final class OpenBlas implements Peer {
  static final String NAME = "openblas";

  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  private static final int TRANSPOSE = 112;

  private final MethodHandle sgemm;
  private final String core;

  OpenBlas(int threads) {
    chooseKernels();
    Natives library =
        Natives.load(
            NAME,
            "org/bytedeco/openblas/linux-x86_64",
            List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0"));
    MemoryLayout[] arguments = {
      JAVA_INT,
      JAVA_INT,
      JAVA_INT,
      JAVA_INT,
      JAVA_INT,
      JAVA_INT,
      JAVA_FLOAT,
      ADDRESS,
      JAVA_INT,
      ADDRESS,
      JAVA_INT,
      JAVA_FLOAT,
      ADDRESS,
      JAVA_INT
    };
    sgemm = library.function("cblas_sgemm", FunctionDescriptor.ofVoid(arguments));
    try {
      library
          .function("openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT))
          .invoke(threads);
      var name =
          (MemorySegment)
              library.function("openblas_get_corename", FunctionDescriptor.of(ADDRESS)).invoke();
      core = name.reinterpret(64).getString(0);
    } catch (Throwable e) {
      throw Natives.failure(NAME, e);
    }
  }

  /**
   * Left alone, OpenBLAS was seen to choose kernels of half the speed on an AVX-512 machine that it
   * did not know; whoever sets {@code OPENBLAS_CORETYPE} knows better.
   */
  private static void chooseKernels() {
    if (System.getenv("OPENBLAS_CORETYPE") == null && hasAvx512()) {
      Natives.setEnvironment("OPENBLAS_CORETYPE", "SKYLAKEX");
    }
  }

  private static boolean hasAvx512() {
    Path cpu = Path.of("/proc/cpuinfo");
    try {
      return Files.isReadable(cpu)
          && Files.readString(cpu).contains("avx512vl")
          && Files.readString(cpu).contains("avx512bw");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<PeerCall> prepare(Problem problem, List<MemorySegment> inputs) {
    return problem instanceof Problem.Gemm gemm && gemm.batch() == 1
        ? Optional.of(new Sgemm(gemm, inputs.get(0), inputs.get(1)))
        : Optional.empty();
  }

  @Override
  public void close() {}

  private final class Sgemm implements PeerCall {
    private final Problem.Gemm problem;
    private final MemorySegment a;
    private final MemorySegment b;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment c;

    Sgemm(Problem.Gemm problem, MemorySegment a, MemorySegment b) {
      this.problem = problem;
      this.a = a;
      this.b = b;
      c = arena.allocate(4L * problem.m() * problem.n(), 64);
    }

    @Override
    public void run() {
      int m = problem.m();
      int k = problem.k();
      int n = problem.n();
      int opA = problem.transposeA() ? TRANSPOSE : NO_TRANSPOSE;
      int opB = problem.transposeB() ? TRANSPOSE : NO_TRANSPOSE;
      int lda = problem.transposeA() ? m : k;
      int ldb = problem.transposeB() ? k : n;
      try {
        sgemm.invokeExact(ROW_MAJOR, opA, opB, m, n, k, 1f, a, lda, b, ldb, 0f, c, n);
      } catch (Throwable e) {
        throw Natives.failure("cblas_sgemm", e);
      }
    }

    @Override
    public void result(MemorySegment out) {
      out.copyFrom(c);
    }

    @Override
    public String kernel() {
      return core;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
