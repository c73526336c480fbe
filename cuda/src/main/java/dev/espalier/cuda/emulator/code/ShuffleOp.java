package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;

/** {@code shfl.sync}: each lane reads a register of another one. */
final class ShuffleOp extends ExchangeOp {
  private enum Mode {
    UP,
    DOWN,
    BUTTERFLY,
    INDEX
  }

  private final Mode mode;
  private final int d;
  private final int p;
  private final int a;
  private final int b;
  private final int c;

  private ShuffleOp(Emitter emit, Mode mode) {
    super(emit.source(4, PtxType.U32));
    this.mode = mode;
    Operand target = emit.operand(0);
    if (target instanceof Operand.Pair(Operand value, Operand predicate)) {
      d = emit.registers.target(value, PtxType.B32);
      p = emit.registers.predicate(predicate);
    } else {
      d = emit.registers.target(target, PtxType.B32);
      p = -1;
    }
    a = emit.source(1, PtxType.B32);
    b = emit.source(2, PtxType.U32);
    c = emit.source(3, PtxType.U32);
  }

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.WARP_EXCHANGE);
    if (!opcode.take("sync")) {
      throw opcode.unknown();
    }
    String name = opcode.takeOneOf("up", "down", "bfly", "idx");
    opcode.finish();
    if (name == null || opcode.type() != PtxType.B32) {
      throw opcode.unknown();
    }
    Mode mode =
        switch (name) {
          case "up" -> Mode.UP;
          case "down" -> Mode.DOWN;
          case "bfly" -> Mode.BUTTERFLY;
          default -> Mode.INDEX;
        };
    emit.add(new ShuffleOp(emit, mode));
  }

  @Override
  void exchange(Warp warp, int group) {
    int[] from = warp.ints[a].clone();
    int[] to = warp.ints[d];
    int inRange = 0;
    for (int m = group; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      int by = warp.ints[b][lane] & 31;
      int clamp = warp.ints[c][lane] & 31;
      int segment = warp.ints[c][lane] >>> 8 & 31;
      int most = (lane & segment) | (clamp & ~segment);
      int least = lane & segment;
      int source =
          switch (mode) {
            case UP -> lane - by;
            case DOWN -> lane + by;
            case BUTTERFLY -> lane ^ by;
            case INDEX -> least | (by & ~segment);
          };
      boolean valid = mode == Mode.UP ? source >= most : source <= most;
      if (!valid) {
        source = lane;
      } else if ((group >>> source & 1) == 0) {
        throw new KernelFault(
            Check.BARRIER,
            lane,
            "'%s' reads lane %d, which does not take part".formatted(origin.opcode(), source));
      }
      inRange |= valid ? 1 << lane : 0;
      to[lane] = from[source];
    }
    if (p >= 0) {
      warp.predicates[p] = (warp.predicates[p] & ~group) | inRange;
    }
  }
}
