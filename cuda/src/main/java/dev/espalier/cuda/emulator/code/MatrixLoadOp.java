package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.Bytes;
import dev.espalier.cuda.emulator.machine.SharedMemory;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.List;

/**
 * {@code ldmatrix}: one, two or four matrices of 8 by 8 numbers of 16 bits from shared memory.
 *
 * <p>Lanes 8i to 8i+7 give the addresses of the rows of matrix i; lane t then holds of each matrix
 * the elements (t/4, 2(t mod 4)) and (t/4, 2(t mod 4)+1), transposed those with row and column
 * exchanged.
 */
final class MatrixLoadOp extends WarpWideOp {
  private static final int ROW_BYTES = 16;
  private static final int ROWS = 8;

  private final AddressSource address;
  private final boolean transposed;
  private final int[] targets;

  private MatrixLoadOp(Emitter emit, List<Operand> elements, boolean transposed) {
    address = new AddressSource(emit, emit.operand(1));
    this.transposed = transposed;
    targets = elements.stream().mapToInt(e -> emit.registers.target(e, PtxType.B32)).toArray();
  }

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.SHARED_LOAD);
    boolean known = opcode.take("sync") && opcode.take("aligned") && opcode.take("m8n8");
    String count = opcode.takeOneOf("x1", "x2", "x4");
    boolean transposed = opcode.take("trans");
    String space = opcode.takeOneOf("shared", "shared::cta");
    opcode.finish();
    if (!known || count == null || space == null || opcode.type() != PtxType.B16) {
      throw opcode.unknown();
    }
    List<Operand> elements =
        emit.operand(0) instanceof Operand.Vector(List<Operand> several)
            ? several
            : List.of(emit.operand(0));
    if (elements.size() != count.charAt(1) - '0') {
      throw opcode.refuse("has a wrong number of registers");
    }
    emit.add(new MatrixLoadOp(emit, elements, transposed));
  }

  @Override
  void run(Warp warp) {
    SharedMemory shared = warp.block.shared;
    long[] addresses = address.gather(warp, warp.addresses);
    int lanes = ROWS * targets.length;
    int[] rows = warp.offsets;
    for (int k = 0; k < lanes; k++) {
      rows[k] = shared.locate(warp, k, addresses[k], ROW_BYTES);
      shared.read(warp, k, rows[k], ROW_BYTES, index);
    }
    int mask = lanes == Warp.LANES ? Warp.ALL : (1 << lanes) - 1;
    warp.block.counters.shared(index, rows, mask, ROW_BYTES);
    for (int i = 0; i < targets.length; i++) {
      int[] to = warp.ints[targets[i]];
      for (int k = 0; k < Warp.LANES; k++) {
        int row = k >> 2;
        int column = 2 * (k & 3);
        int first =
            transposed
                ? element(shared, rows[ROWS * i + column], row)
                : element(shared, rows[ROWS * i + row], column);
        int second =
            transposed
                ? element(shared, rows[ROWS * i + column + 1], row)
                : element(shared, rows[ROWS * i + row], column + 1);
        to[k] = first | second << 16;
      }
    }
  }

  private static int element(SharedMemory shared, int row, int column) {
    return Bytes.getShort(shared.bytes, row + 2 * column) & 0xFFFF;
  }
}
