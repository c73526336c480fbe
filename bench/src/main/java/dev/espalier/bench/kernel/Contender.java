package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerCall;
import dev.espalier.bench.peer.PeerUnavailableException;
import dev.espalier.bench.peer.Peers;
import dev.espalier.tensor.Threads;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;

/**
 * One side of a comparison, ready to be timed: it has run once and its result was right.
 *
 * <p>A process times only one side, and the check is a plain loop, so that no other kernel has
 * shaped the compiler's idea of the code that is timed.
 */
public final class Contender implements AutoCloseable {
  /** The case on our kernel. */
  public static final String OURS = "ours";

  /** The dense twin of a sparse case on our dense kernel. */
  public static final String OUR_DENSE = "espalier";

  private static final long WINDOW_NANOS = 300_000_000;

  /** Compiling for less than a tenth of a window is rest. */
  private static final long BUSY_MILLIS = 30;

  private static final double PROGRESS = 0.97;
  private static final int CALM_WINDOWS = 2;

  private final Runnable action;
  private final String kernel;
  private final double usefulFlops;
  private final double denseFlops;
  private final double bytes;
  private final Runnable closing;

  private Contender(Runnable action, String kernel, Workload workload, Runnable closing) {
    this.action = action;
    this.kernel = kernel;
    this.closing = closing;
    usefulFlops = workload.usefulFlops();
    denseFlops = workload.problem().flops();
    bytes = workload.bytes();
  }

  /**
   * Prepares and checks one side.
   *
   * @param library {@link #OURS}, {@link #OUR_DENSE} or the name of a peer
   * @throws PeerUnavailableException if the peer cannot run here
   * @throws UnsupportedOperationException if the peer has no such operation
   * @throws IllegalStateException if its result is wrong
   */
  public static Contender open(CaseName name, String library, int threads) {
    Threads.setCount(threads);
    return switch (library) {
      case OURS -> ours(name);
      case OUR_DENSE -> ours(Cases.dense(name));
      default -> peer(name, library, threads);
    };
  }

  private static Contender ours(CaseName name) {
    Workload workload = Cases.prepare(name);
    workload.run();
    Agreement.require(name.toString(), workload, workload::actual);
    return new Contender(workload::run, "", workload, workload::close);
  }

  private static Contender peer(CaseName name, String library, int threads) {
    Workload workload = Cases.prepare(name);
    Peer peer = Peers.named(library).open(threads);
    PeerCall call =
        peer.prepare(workload.problem(), workload.inputs())
            .orElseThrow(
                () -> new UnsupportedOperationException(library + ": does not implement " + name));
    call.run();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(4 * workload.denseElements(), 64);
      call.result(result);
      Agreement.require(
          library + " on " + name,
          workload,
          element -> result.getAtIndex(JAVA_FLOAT, workload.inDense(element)));
    }
    return new Contender(
        call::run,
        call.kernel(),
        workload,
        () -> {
          call.close();
          peer.close();
          workload.close();
        });
  }

  /** What is timed. */
  public void run() {
    action.run();
  }

  /**
   * Runs until the compiler has come to rest and calls no longer get faster, as whole training
   * steps need many seconds for that and small kernels hardly one.
   *
   * @param seconds when to give up waiting
   */
  public void settle(double seconds) {
    var compiler = ManagementFactory.getCompilationMXBean();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    double best = Double.POSITIVE_INFINITY;
    int calm = 0;
    while (calm < CALM_WINDOWS && System.nanoTime() < end) {
      long compiled = compiler.getTotalCompilationTime();
      long start = System.nanoTime();
      int calls = 0;
      do {
        action.run();
        calls++;
      } while (System.nanoTime() - start < WINDOW_NANOS);
      double nanos = (double) (System.nanoTime() - start) / calls;
      boolean busy = compiler.getTotalCompilationTime() - compiled > BUSY_MILLIS;
      calm = busy || nanos < PROGRESS * best ? 0 : calm + 1;
      best = Math.min(best, nanos);
    }
  }

  /** Which kernel a peer chose; empty for ours. */
  public String kernel() {
    return kernel;
  }

  /** Operations at stored weights. */
  public double usefulFlops() {
    return usefulFlops;
  }

  /** Operations of the dense problem. */
  public double denseFlops() {
    return denseFlops;
  }

  /** Least memory traffic of a call. */
  public double bytes() {
    return bytes;
  }

  @Override
  public void close() {
    closing.run();
  }
}
