package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.function.IntBinaryOperator;

/** Decodes votes, matches, reductions over a warp and its barrier. */
final class VoteFamily {
  private VoteFamily() {}

  static void vote(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.WARP_EXCHANGE);
    if (!opcode.take("sync")) {
      throw opcode.unknown();
    }
    String mode = opcode.takeOneOf("all", "any", "uni", "ballot");
    opcode.finish();
    if (mode == null) {
      throw opcode.unknown();
    }
    int p = emit.registers.predicate(emit.operand(1));
    boolean negated = emit.registers.negated(emit.operand(1));
    int members = emit.source(2, PtxType.U32);
    boolean ballot = mode.equals("ballot");
    int d = ballot ? emit.target(PtxType.B32) : emit.registers.predicate(emit.operand(0));
    emit.add(
        new ExchangeOp(members) {
          @Override
          void exchange(Warp warp, int group) {
            int votes = (negated ? ~warp.predicates[p] : warp.predicates[p]) & group;
            if (ballot) {
              fill(warp.ints[d], group, votes);
              return;
            }
            boolean yes =
                switch (mode) {
                  case "all" -> votes == group;
                  case "any" -> votes != 0;
                  default -> votes == group || votes == 0;
                };
            warp.predicates[d] = (warp.predicates[d] & ~group) | (yes ? group : 0);
          }
        });
  }

  static void activeMask(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.WARP_EXCHANGE);
    opcode.finish();
    int d = emit.target(PtxType.B32);
    emit.add(
        new Op() {
          @Override
          void execute(Warp warp, int mask) {
            fill(warp.ints[d], mask, mask);
          }
        });
  }

  static void match(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.WARP_EXCHANGE);
    boolean sync = opcode.take("sync");
    boolean all = opcode.take("all");
    boolean any = opcode.take("any");
    opcode.finish();
    if (!sync || all == any) {
      throw opcode.unknown();
    }
    Operand target = emit.operand(0);
    boolean pair = target instanceof Operand.Pair;
    int d =
        emit.registers.target(
            target instanceof Operand.Pair(Operand first, Operand _) ? first : target, PtxType.B32);
    int p =
        target instanceof Operand.Pair(Operand _, Operand second)
            ? emit.registers.predicate(second)
            : -1;
    PtxType type = opcode.type();
    int a = emit.source(1, type);
    emit.add(
        new ExchangeOp(emit.source(2, PtxType.U32)) {
          @Override
          void exchange(Warp warp, int group) {
            for (int m = group; m != 0; m &= m - 1) {
              int k = Integer.numberOfTrailingZeros(m);
              int same = 0;
              for (int rest = group; rest != 0; rest &= rest - 1) {
                int other = Integer.numberOfTrailingZeros(rest);
                boolean equal =
                    type.isWide()
                        ? warp.longs[a][k] == warp.longs[a][other]
                        : warp.ints[a][k] == warp.ints[a][other];
                same |= equal ? 1 << other : 0;
              }
              warp.ints[d][k] = any ? same : same == group ? group : 0;
              if (pair) {
                warp.predicates[p] =
                    (warp.predicates[p] & ~(1 << k)) | (same == group ? 1 << k : 0);
              }
            }
          }
        });
  }

  static void reduce(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.WARP_EXCHANGE);
    boolean sync = opcode.take("sync");
    String name = opcode.takeOneOf("add", "min", "max", "and", "or", "xor");
    opcode.finish();
    PtxType type = opcode.type();
    if (!sync || name == null || type.bits() != 32 || type == PtxType.F32) {
      throw opcode.unknown();
    }
    IntBinaryOperator combine = Int32.binary(name, type.isSigned());
    int d = emit.target(type);
    int a = emit.source(1, type);
    emit.add(
        new ExchangeOp(emit.source(2, PtxType.U32)) {
          @Override
          void exchange(Warp warp, int group) {
            int first = Integer.numberOfTrailingZeros(group);
            int result = warp.ints[a][first];
            for (int m = group & (group - 1); m != 0; m &= m - 1) {
              result = combine.applyAsInt(result, warp.ints[a][Integer.numberOfTrailingZeros(m)]);
            }
            fill(warp.ints[d], group, result);
          }
        });
  }

  private static void fill(int[] register, int mask, int value) {
    for (int m = mask; m != 0; m &= m - 1) {
      register[Integer.numberOfTrailingZeros(m)] = value;
    }
  }
}
