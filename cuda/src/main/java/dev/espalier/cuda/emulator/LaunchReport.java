package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.KernelResources;
import dev.espalier.cuda.driver.LaunchShape;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a launch did, as a profiler would count it.
 *
 * @param kernel the entry's name
 * @param resources what the kernel takes of the device
 * @param occupancy how many blocks the device holds at once
 * @param touchedBytes of global memory, in whole sectors, each counted once for reads and once for
 *     writes
 * @param lines one report for each instruction that ran
 */
public record LaunchReport(
    String kernel,
    LaunchShape shape,
    KernelResources resources,
    Occupancy occupancy,
    long touchedBytes,
    List<InstructionReport> lines) {
  private static final int SECTOR = 32;

  public LaunchReport {
    lines = List.copyOf(lines);
  }

  private long sum(ToLongFunction<InstructionReport> part) {
    return lines.stream().mapToLong(part).sum();
  }

  /** Instructions that warps ran. */
  public long instructions() {
    return sum(InstructionReport::issued);
  }

  /** Instructions that warps ran, by class. */
  public Map<InstructionClass, Long> mix() {
    Map<InstructionClass, Long> mix = new EnumMap<>(InstructionClass.class);
    lines.forEach(line -> mix.merge(line.kind(), line.issued(), Long::sum));
    return mix;
  }

  /** Fused multiply-adds, of tensor cores as well. */
  public long multiplyAdds() {
    return sum(InstructionReport::multiplyAdds);
  }

  /** Additions and multiplications of floats, two for a fused one. */
  public long floatingOperations() {
    return sum(InstructionReport::floatingOperations);
  }

  /** Lanes that ran an instruction, on average: 32 without any divergence. */
  public double lanesPerInstruction() {
    return (double) sum(InstructionReport::lanes) / instructions();
  }

  /** Requests of warps to global memory. */
  public long globalRequests() {
    return sum(InstructionReport::globalRequests);
  }

  /** Sectors of 32 bytes that those touched. */
  public long sectors() {
    return sum(InstructionReport::sectors);
  }

  /** Sectors that they would touch if what they want lay side by side. */
  public long idealSectors() {
    return sum(InstructionReport::idealSectors);
  }

  /** Bytes that move between global memory's caches and the multiprocessors. */
  public long bytesMoved() {
    return sectors() * SECTOR;
  }

  /** Passes of shared memory. */
  public long wavefronts() {
    return sum(InstructionReport::wavefronts);
  }

  /** Passes of shared memory beyond those that the amount of data needs. */
  public long bankConflicts() {
    return wavefronts() - sum(InstructionReport::idealWavefronts);
  }

  /** Cycles of one multiprocessor's tensor cores. */
  double tensorCycles(DeviceDescription device) {
    double cycles = 0;
    for (InstructionReport line : lines) {
      if (line.kind() == InstructionClass.TENSOR) {
        int rate = line.opcode().contains("tf32") ? device.tensorTf32() : device.tensorHalf();
        cycles += (double) line.multiplyAdds() / rate;
      }
    }
    return cycles;
  }

  /** How long it might take on {@code device}, and what bounds it. */
  public TimeEstimate estimate(DeviceDescription device) {
    return TimeEstimate.of(this, device);
  }

  /** The figures in one line. */
  public String summary() {
    return ("%s: %d instructions, %.1f lanes each, %d multiply-adds; %d sectors in %d requests"
            + " (ideal %d); %d wavefronts (%d conflicts); occupancy %.2f by %s")
        .formatted(
            kernel,
            instructions(),
            lanesPerInstruction(),
            multiplyAdds(),
            sectors(),
            globalRequests(),
            idealSectors(),
            wavefronts(),
            bankConflicts(),
            occupancy.share(),
            occupancy.limit());
  }
}
