package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;

/** A barrier of the block; who runs the block acts on it when a warp has come. */
final class BarrierOp extends Op {
  /** What a barrier gives those that waited. */
  enum Reduction {
    NONE,
    POPULATION,
    AND,
    OR
  }

  /** Whether the warp waits, or only says that it came. */
  final boolean waits;

  final Reduction reduction;

  private final int name;
  private final int threads;
  private final int p;
  private final boolean negated;
  private final int d;

  private BarrierOp(Emitter emit, boolean waits, Reduction reduction, int first, int operands) {
    this.waits = waits;
    this.reduction = reduction;
    int own = reduction == Reduction.NONE ? operands : operands - 1;
    name = emit.source(first, PtxType.U32);
    threads = own > 1 ? emit.source(first + 1, PtxType.U32) : -1;
    if (reduction == Reduction.NONE) {
      p = -1;
      negated = false;
      d = -1;
    } else {
      p = emit.registers.predicate(emit.operand(first + operands - 1));
      negated = emit.registers.negated(emit.operand(first + operands - 1));
      d =
          reduction == Reduction.POPULATION
              ? emit.target(PtxType.U32)
              : emit.registers.predicate(emit.operand(0));
    }
  }

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.BARRIER);
    if (opcode.take("warp")) {
      if (!opcode.take("sync")) {
        throw opcode.unknown();
      }
      opcode.finish();
      emit.as(InstructionClass.WARP_EXCHANGE);
      emit.add(new WarpSyncOp(emit));
      return;
    }
    opcode.take("cta");
    opcode.take("aligned");
    String action = opcode.takeOneOf("sync", "arrive", "red");
    String reduction = opcode.takeOneOf("popc", "and", "or");
    opcode.finish();
    if (action == null || action.equals("red") != (reduction != null)) {
      throw opcode.unknown();
    }
    Reduction kind =
        reduction == null
            ? Reduction.NONE
            : switch (reduction) {
              case "popc" -> Reduction.POPULATION;
              case "and" -> Reduction.AND;
              default -> Reduction.OR;
            };
    int first = kind == Reduction.NONE ? 0 : 1;
    emit.add(new BarrierOp(emit, !action.equals("arrive"), kind, first, emit.operands() - first));
  }

  /** Which of the block's barriers it is. */
  int name(Warp warp, int lane) {
    return warp.ints[name][lane];
  }

  /** How many threads the barrier is for; 0 for all of the block. */
  int threads(Warp warp, int lane) {
    return threads < 0 ? 0 : warp.ints[threads][lane];
  }

  /** The lanes of {@code mask} whose predicate is true. */
  int votes(Warp warp, int mask) {
    return p < 0 ? 0 : (negated ? ~warp.predicates[p] : warp.predicates[p]) & mask;
  }

  /** Hands out what the barrier found. */
  void deliver(Warp warp, int mask, int population, int arrived) {
    switch (reduction) {
      case NONE -> {}
      case POPULATION -> {
        for (int m = mask; m != 0; m &= m - 1) {
          warp.ints[d][Integer.numberOfTrailingZeros(m)] = population;
        }
      }
      case AND, OR -> {
        boolean yes = reduction == Reduction.AND ? population == arrived : population > 0;
        warp.predicates[d] = (warp.predicates[d] & ~mask) | (yes ? mask : 0);
      }
    }
  }

  @Override
  void execute(Warp warp, int mask) {
    throw new IllegalStateException("a barrier is run by the block, not by a warp");
  }
}
