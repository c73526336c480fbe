package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.driver.LaunchShape;
import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.machine.BlockState;
import dev.espalier.cuda.emulator.machine.Bytes;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.SharedMemory;
import dev.espalier.cuda.emulator.machine.Warp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs blocks of one launch, one after the other, on one host thread. */
final class BlockRun {
  private final CompiledKernel kernel;
  private final LaunchShape shape;
  private final BlockState state;
  private final WarpRun[] warps;
  private final Barriers barriers;
  private final int threads;
  private final Tally tally;
  private final long instructionLimit;
  private long linearBlock;
  private WarpRun running;
  private int[] coordinates = {0, 0, 0};

  BlockRun(Launch launch) {
    kernel = launch.kernel();
    shape = launch.shape();
    instructionLimit = launch.instructionLimit();
    threads = (int) shape.block().count();
    int sharedBytes = kernel.staticSharedBytes() + shape.sharedBytes();
    state =
        new BlockState(
            launch.heap(),
            launch.checks(),
            new SharedMemory(sharedBytes, launch.checks().sharedRace ? kernel.sharedGranule() : 0),
            kernel.localBytes(),
            (threads + Warp.LANES - 1) / Warp.LANES,
            kernel.instructions,
            kernel::instructionName,
            launch.stamp());
    tally = new Tally(kernel, state.counters);
    warps = new WarpRun[(threads + Warp.LANES - 1) / Warp.LANES];
    for (int i = 0; i < warps.length; i++) {
      warps[i] = new WarpRun(warp(i, launch.parameters()), kernel.blocks, tally);
    }
    barriers = new Barriers(warps, threads, launch.checks().barrier);
  }

  private Warp warp(int index, byte[] parameters) {
    List<Registers.Slot> ints = kernel.registers.ints();
    List<Registers.Slot> longs = kernel.registers.longs();
    int[][] intArrays = new int[ints.size()][Warp.LANES];
    long[][] longArrays = new long[longs.size()][Warp.LANES];
    for (int i = 0; i < intArrays.length; i++) {
      fill(intArrays[i], ints.get(i), parameters);
    }
    for (int i = 0; i < longArrays.length; i++) {
      fill(longArrays[i], longs.get(i), parameters);
    }
    return new Warp(state, index, intArrays, longArrays, kernel.registers.predicates());
  }

  private static void fill(int[] register, Registers.Slot slot, byte[] parameters) {
    switch (slot) {
      case Registers.Slot.Constant(long bits) -> Arrays.fill(register, (int) bits);
      case Registers.Slot.Parameter(int offset, var type) ->
          Arrays.fill(
              register,
              switch (type.bytes()) {
                case 1 -> type.isSigned() ? parameters[offset] : parameters[offset] & 0xFF;
                case 2 ->
                    type.isSigned()
                        ? Bytes.getShort(parameters, offset)
                        : Bytes.getShort(parameters, offset) & 0xFFFF;
                default -> Bytes.getInt(parameters, offset);
              });
      case Registers.Slot.Special _, Registers.Slot.Virtual _ -> {}
    }
  }

  private static void fill(long[] register, Registers.Slot slot, byte[] parameters) {
    switch (slot) {
      case Registers.Slot.Constant(long bits) -> Arrays.fill(register, bits);
      case Registers.Slot.Parameter(int offset, var _) ->
          Arrays.fill(register, Bytes.getLong(parameters, offset));
      case Registers.Slot.Special _, Registers.Slot.Virtual _ -> {}
    }
  }

  /** Runs one block to its end. */
  void run(long linear) {
    linearBlock = linear;
    coordinates = Geometry.coordinates(linear, shape.grid());
    state.shared.reset();
    barriers.reset();
    long time = 1;
    for (WarpRun warp : warps) {
      time = Math.max(time, warp.warp.clock.time() + 1);
    }
    for (WarpRun warp : warps) {
      start(warp, time);
    }
    boolean[] waiting = new boolean[warps.length];
    boolean[] done = new boolean[warps.length];
    int left = warps.length;
    long executed = 0;
    while (left > 0) {
      boolean moved = false;
      for (int i = 0; i < warps.length; i++) {
        if (waiting[i] || done[i]) {
          continue;
        }
        moved = true;
        running = warps[i];
        WarpRun.Stop stop = running.run();
        executed += running.takeExecuted();
        if (executed > instructionLimit) {
          throw new KernelFault(
              null, -1, "the block ran over " + instructionLimit + " instructions; does it end?");
        }
        switch (stop) {
          case DONE -> {
            done[i] = true;
            left--;
            barriers.left(i);
          }
          case BARRIER -> waiting[i] = barriers.arrive(i);
          case PAUSE -> {}
        }
        barriers.release(waiting);
      }
      if (!moved) {
        throw new KernelFault(Check.BARRIER, -1, barriers.deadlock());
      }
    }
  }

  private void start(WarpRun run, long time) {
    Warp warp = run.warp;
    int first = warp.index * Warp.LANES;
    int present = threads - first >= Warp.LANES ? Warp.ALL : (1 << (threads - first)) - 1;
    int totalShared = state.shared.bytes.length;
    List<Registers.Slot> ints = kernel.registers.ints();
    for (int i = 0; i < ints.size(); i++) {
      switch (ints.get(i)) {
        case Registers.Slot.Virtual() -> Arrays.fill(warp.ints[i], 0);
        case Registers.Slot.Special(SpecialRegister register) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            warp.ints[i][k] =
                Geometry.special(register, shape, coordinates, first + k, totalShared);
          }
        }
        case Registers.Slot.Constant _, Registers.Slot.Parameter _ -> {}
      }
    }
    List<Registers.Slot> longs = kernel.registers.longs();
    for (int i = 0; i < longs.size(); i++) {
      if (longs.get(i) instanceof Registers.Slot.Virtual) {
        Arrays.fill(warp.longs[i], 0);
      } else if (longs.get(i) instanceof Registers.Slot.Special(SpecialRegister register)) {
        for (int k = 0; k < Warp.LANES; k++) {
          warp.longs[i][k] = Geometry.special(register, shape, coordinates, first + k, totalShared);
        }
      }
    }
    Arrays.fill(warp.predicates, 0);
    run.start(present, time);
  }

  /** Says where a fault happened. */
  String describe(KernelFault fault) {
    Op op = running == null ? null : running.current();
    List<String> parts = new ArrayList<>();
    if (op != null && op.origin != null) {
      parts.add("PTX line " + op.origin.line() + " '" + op.origin.opcode() + "'");
      if (op.origin.source() != null) {
        parts.add(op.origin.source().toString());
      }
    }
    parts.add("block " + Geometry.text(linearBlock, shape.grid()));
    if (running != null && fault.lane() >= 0) {
      long thread = (long) running.warp.index * Warp.LANES + fault.lane();
      parts.add("thread " + Geometry.text(thread, shape.block()));
    } else if (running != null) {
      parts.add("warp " + running.warp.index);
    }
    return "%s%s (%s)"
        .formatted(
            fault.check() == null ? "" : fault.check() + ": ",
            fault.getMessage(),
            String.join(", ", parts));
  }

  /** What was counted. */
  Tally tally() {
    return tally;
  }
}
