package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Counters;

/** What one host thread counted while it ran blocks of a launch. */
public final class Tally {
  /** How often each basic block was entered by a warp. */
  final long[] entries;

  /** The lanes that were active then. */
  final long[] entryLanes;

  /** The lanes that the predicate of an instruction let through, where it has one. */
  final long[] guardedLanes;

  /** The requests to memory. */
  final Counters memory;

  Tally(CompiledKernel kernel, Counters memory) {
    entries = new long[kernel.blocks.size()];
    entryLanes = new long[kernel.blocks.size()];
    guardedLanes = new long[kernel.instructions];
    this.memory = memory;
  }

  /** Adds what another host thread counted. */
  void add(Tally other) {
    add(entries, other.entries);
    add(entryLanes, other.entryLanes);
    add(guardedLanes, other.guardedLanes);
    memory.add(other.memory);
  }

  private static void add(long[] to, long[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
