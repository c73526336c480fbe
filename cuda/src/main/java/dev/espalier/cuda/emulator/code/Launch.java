package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.driver.LaunchShape;
import dev.espalier.cuda.emulator.machine.Checks;
import dev.espalier.cuda.emulator.machine.DeviceHeap;
import dev.espalier.cuda.emulator.machine.KernelFault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One launch of a kernel.
 *
 * @param parameters the bytes of all parameters
 * @param instructionLimit after how many instructions a block is taken not to end
 * @param stamp marks the sectors that the launch touches
 */
public record Launch(
    CompiledKernel kernel,
    LaunchShape shape,
    byte[] parameters,
    DeviceHeap heap,
    Checks checks,
    long instructionLimit,
    byte stamp) {

  /**
   * What came of a launch.
   *
   * @param problem null if all went well
   */
  public record Outcome(Tally tally, String problem) {}

  /** What went wrong, in which block. */
  private record Failure(long block, String message) {}

  /**
   * Runs all blocks.
   *
   * @param workers how many host threads at most
   * @return what was counted, and what went wrong first, in the order of the blocks
   */
  public Outcome run(ExecutorService pool, int workers) {
    long blocks = shape.grid().count();
    AtomicLong next = new AtomicLong();
    List<Failure> failures = new ArrayList<>();
    List<Tally> tallies = new ArrayList<>();
    long parallel = kernel.isOrdered() ? 1 : Math.min(workers, blocks);
    Runnable work = () -> work(next, blocks, failures, tallies);
    List<Future<?>> others = new ArrayList<>();
    for (int i = 1; i < parallel; i++) {
      others.add(pool.submit(work));
    }
    work.run();
    others.forEach(Launch::join);
    Tally total = tallies.getFirst();
    tallies.subList(1, tallies.size()).forEach(total::add);
    String problem =
        failures.stream()
            .min((a, b) -> Long.compare(a.block, b.block))
            .map(Failure::message)
            .orElse(null);
    return new Outcome(total, problem);
  }

  private void work(AtomicLong next, long blocks, List<Failure> failures, List<Tally> tallies) {
    BlockRun run = new BlockRun(this);
    for (long block = next.getAndIncrement(); block < blocks; block = next.getAndIncrement()) {
      try {
        run.run(block);
      } catch (KernelFault fault) {
        // No further block begins; those before this one are all handed out.
        next.set(blocks);
        synchronized (failures) {
          failures.add(new Failure(block, run.describe(fault)));
        }
      }
    }
    synchronized (tallies) {
      tallies.add(run.tally());
    }
  }

  private static void join(Future<?> future) {
    try {
      future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a block failed in the emulator itself", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a kernel ran", e);
    }
  }
}
