package dev.espalier.cuda.emulator;

import java.util.EnumMap;
import java.util.Map;

/**
 * How long a launch might take on the device, and what bounds it.
 *
 * <p>An estimate, no measurement: each unit of a multiprocessor is taken to run at its peak rate
 * and all of them beside each other, so that the slowest gives the time; the blocks are spread
 * evenly. Left out are cache misses between L1 and L2, the order of instructions, and about two
 * microseconds that a launch itself costs. It compares kernels and names what to work on; it does
 * not predict.
 *
 * @param microseconds the largest of {@code parts}
 * @param bound the unit that it belongs to
 * @param parts for each unit the time it alone would take, in microseconds
 */
public record TimeEstimate(double microseconds, Bound bound, Map<Bound, Double> parts) {
  /** Cycles until the result of arithmetic can be used. */
  private static final double ARITHMETIC_LATENCY = 4;

  /** Cycles of a read of global memory, of which a warp keeps several on their way. */
  private static final double MEMORY_LATENCY = 500;

  private static final double LOADS_IN_FLIGHT = 4;
  private static final int SCHEDULERS = 4;

  /** What may bound a kernel. */
  public enum Bound {
    /** Four schedulers issue one instruction a cycle each. */
    ISSUE,
    FP32,
    FP64,
    INTEGER,
    SPECIAL_FUNCTION,
    TENSOR,
    /** One pass a cycle. */
    SHARED_MEMORY,
    /** All sectors that are asked for, as if L1 kept none. */
    L2,
    /** The distinct sectors that are touched, each once. */
    DRAM,
    /** Each warp's own chain of instructions, with as many warps as are resident. */
    LATENCY
  }

  public TimeEstimate {
    parts = Map.copyOf(parts);
  }

  static TimeEstimate of(LaunchReport report, DeviceDescription device) {
    long blocks = report.shape().grid().count();
    int processors = device.properties().multiprocessors();
    double hertz = device.properties().clockKilohertz() * 1e3;
    // The fullest multiprocessor decides.
    double share = Math.ceil((double) blocks / processors) / blocks;
    Map<Bound, Double> cycles = new EnumMap<>(Bound.class);
    cycles.put(Bound.ISSUE, share * report.instructions() / SCHEDULERS);
    cycles.put(Bound.FP32, share * lanes(report, device.fp32Lanes(), InstructionClass.FP32));
    cycles.put(Bound.FP64, share * lanes(report, device.fp64Lanes(), InstructionClass.FP64));
    cycles.put(
        Bound.INTEGER,
        share
            * lanes(
                report,
                device.intLanes(),
                InstructionClass.INTEGER,
                InstructionClass.INTEGER_MULTIPLY));
    cycles.put(
        Bound.SPECIAL_FUNCTION,
        share
            * lanes(
                report,
                device.specialLanes(),
                InstructionClass.SPECIAL_FUNCTION,
                InstructionClass.CONVERSION));
    cycles.put(Bound.TENSOR, share * report.tensorCycles(device));
    cycles.put(Bound.SHARED_MEMORY, share * report.wavefronts());
    cycles.put(Bound.L2, report.sectors() * 32.0 / device.l2BytesPerCycle());
    cycles.put(Bound.LATENCY, latency(report, processors));
    Map<Bound, Double> parts = new EnumMap<>(Bound.class);
    cycles.forEach((bound, count) -> parts.put(bound, count / hertz * 1e6));
    parts.put(Bound.DRAM, report.touchedBytes() / device.memoryBandwidth() * 1e6);
    Bound slowest = Bound.ISSUE;
    for (Map.Entry<Bound, Double> part : parts.entrySet()) {
      if (part.getValue() > parts.get(slowest)) {
        slowest = part.getKey();
      }
    }
    return new TimeEstimate(parts.get(slowest), slowest, parts);
  }

  /** Cycles of one multiprocessor for all instructions of some classes. */
  private static double lanes(LaunchReport report, int lanes, InstructionClass... kinds) {
    long count = 0;
    for (InstructionClass kind : kinds) {
      count += report.mix().getOrDefault(kind, 0L);
    }
    return count * 32.0 / lanes;
  }

  private static double latency(LaunchReport report, int processors) {
    double blocks = report.shape().grid().count();
    long warpsPerBlock = (report.shape().block().count() + 31) / 32;
    double warps = blocks * warpsPerBlock;
    double loads =
        report.mix().getOrDefault(InstructionClass.GLOBAL_LOAD, 0L)
            + report.mix().getOrDefault(InstructionClass.ASYNC_COPY, 0L);
    double chain =
        report.instructions() / warps * ARITHMETIC_LATENCY / 2
            + loads / warps * MEMORY_LATENCY / LOADS_IN_FLIGHT;
    double atOnce = (double) processors * Math.max(1, report.occupancy().blocks());
    return chain * Math.ceil(blocks / atOnce);
  }
}
