package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionReport;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Statement;
import java.util.ArrayList;
import java.util.List;

/** Turns counts of basic blocks into those of instructions. */
public final class InstructionReports {
  private InstructionReports() {}

  /** One for each instruction that ran, in the order of the text. */
  public static List<InstructionReport> of(CompiledKernel kernel, Tally tally) {
    List<InstructionReport> reports = new ArrayList<>();
    for (Block block : kernel.blocks) {
      if (tally.entries[block.id] == 0) {
        continue;
      }
      for (Op op : block.ops) {
        reports.add(report(op, block, tally));
      }
      if (block.last != null) {
        reports.add(report(block.last, block, tally));
      }
    }
    return reports;
  }

  private static InstructionReport report(Op op, Block block, Tally tally) {
    long issued = tally.entries[block.id];
    boolean guarded = op.guard >= 0;
    long lanes = guarded ? tally.guardedLanes[op.index] : tally.entryLanes[block.id];
    long fused = fused(op, lanes, issued);
    Statement.Instruction origin = op.origin;
    return new InstructionReport(
        origin.line(),
        origin.source() == null ? "" : origin.source().toString(),
        origin.opcode(),
        op.opClass,
        issued,
        lanes,
        fused,
        2 * fused + plain(op, lanes),
        tally.memory.globalRequests[op.index],
        tally.memory.sectors[op.index],
        tally.memory.idealSectors[op.index],
        tally.memory.sharedRequests[op.index],
        tally.memory.wavefronts[op.index],
        tally.memory.idealWavefronts[op.index]);
  }

  private static long fused(Op op, long lanes, long issued) {
    if (op instanceof MatrixOp product) {
      // A predicate of such an instruction is the same in all lanes.
      return product.multiplyAdds() * (op.guard >= 0 ? lanes / Warp.LANES : issued);
    }
    String root = op.origin.root();
    return isFloat(op) && (root.equals("fma") || root.equals("mad")) ? lanes * width(op) : 0;
  }

  private static long plain(Op op, long lanes) {
    return switch (op.origin.root()) {
      case "add", "sub", "mul" -> isFloat(op) ? lanes * width(op) : 0;
      default -> 0;
    };
  }

  private static boolean isFloat(Op op) {
    return switch (op.opClass) {
      case FP32, FP64, FP16 -> true;
      default -> false;
    };
  }

  private static int width(Op op) {
    return op.origin.opcode().endsWith("x2") ? 2 : 1;
  }
}
