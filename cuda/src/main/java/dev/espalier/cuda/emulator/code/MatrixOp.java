package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Check;
import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.KernelFault;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import java.util.List;

/**
 * {@code mma.sync} and {@code mma.sp}: D = A B + C on tensor cores, with A of 16 by k, B of k by 8,
 * C and D of 16 by 8 in single precision.
 *
 * <p>With g = lane / 4 and t = lane mod 4, a lane holds of C and D the elements (g, 2t), (g, 2t+1),
 * (g+8, 2t), (g+8, 2t+1). A register of A or B holds one tf32 number or two 16-bit ones that follow
 * each other in k. In units of such a register, A's registers are (g, t), (g+8, t), (g, t+4), (g+8,
 * t+4), and B's are (t, g), (t+4, g), (t+8, g), (t+12, g), as many as the shape needs. The sparse A
 * is stored as the 16 by k/2 matrix of what is kept; of each four positions in k two are, and two
 * bits each tell which: lane 4g+p, p = 0 or 1 (2 or 3 with selector 1), holds in its low half those
 * of row g and k from 16p to 16p+15, in its high half those of row g+8.
 *
 * <p>Arithmetic: the products are exact, their sum over k is formed in double precision in the
 * order of k, C is added, and the sum is rounded once to nearest. The hardware aligns the terms to
 * the largest and cuts them off, in groups that differ between generations; its results differ from
 * these within the rounding of a single-precision sum. Of tf32 numbers only the 19 bits that the
 * hardware reads count.
 */
final class MatrixOp extends WarpWideOp {
  private static final int ROWS = 16;
  private static final int COLUMNS = 8;
  private static final int TF32_BITS = 0xFFFFE000;

  private final PtxType type;
  private final int depth;
  private final boolean sparse;
  private final int[] d;
  private final int[] a;
  private final int[] b;
  private final int[] c;
  private final int metadata;
  private final int selector;

  private MatrixOp(Emitter emit, PtxType type, int depth, boolean sparse) {
    this.type = type;
    this.depth = depth;
    this.sparse = sparse;
    int perRegister = type == PtxType.TF32 ? 1 : 2;
    int stored = sparse ? depth / 2 : depth;
    d = targets(emit);
    a = sources(emit, 1, stored / perRegister / 2, PtxType.B32);
    b = sources(emit, 2, depth / perRegister / 4, PtxType.B32);
    c = sources(emit, 3, 4, PtxType.F32);
    metadata = sparse ? emit.source(4, PtxType.B32) : -1;
    selector = sparse ? emit.constant(5) : 0;
    if (selector < 0 || selector > 1) {
      throw emit.instruction().refuse("has a sparsity selector other than 0 and 1");
    }
  }

  static void decode(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.TENSOR);
    boolean sparse = opcode.takeOneOf("sp", "sp::ordered_metadata") != null;
    boolean known =
        opcode.take("sync") && opcode.take("aligned") && opcode.take("row") && opcode.take("col");
    String shape = opcode.takeOneOf("m16n8k4", "m16n8k8", "m16n8k16", "m16n8k32");
    opcode.finish();
    if (!known || shape == null || opcode.types() != 4) {
      throw opcode.unknown();
    }
    PtxType type = opcode.type(1);
    int depth = Integer.parseInt(shape.substring("m16n8k".length()));
    boolean single =
        opcode.type(0) == PtxType.F32 && opcode.type(3) == PtxType.F32 && opcode.type(2) == type;
    boolean fits =
        switch (type) {
          case TF32 -> !sparse && (depth == 4 || depth == 8);
          case F16, BF16 -> sparse ? depth == 32 : depth == 8 || depth == 16;
          default -> false;
        };
    if (!single || !fits) {
      throw opcode.refuse(
          "is not among the shapes the emulator knows: tf32 k4 and k8, f16 and bf16 k8 and k16,"
              + " sparse f16 and bf16 k32, all with f32 accumulators");
    }
    emit.add(new MatrixOp(emit, type, depth, sparse));
  }

  private static int[] targets(Emitter emit) {
    if (!(emit.operand(0) instanceof Operand.Vector(List<Operand> elements))
        || elements.size() != 4) {
      throw emit.instruction().refuse("needs four registers for D");
    }
    return elements.stream().mapToInt(e -> emit.registers.target(e, PtxType.F32)).toArray();
  }

  private static int[] sources(Emitter emit, int position, int count, PtxType type) {
    Operand operand = emit.operand(position);
    List<Operand> elements =
        operand instanceof Operand.Vector(List<Operand> several) ? several : List.of(operand);
    if (elements.size() != count) {
      throw emit.instruction()
          .refuse(
              "needs %d registers as operand %d, not %d"
                  .formatted(count, position + 1, elements.size()));
    }
    return elements.stream().mapToInt(e -> emit.registers.source(e, type)).toArray();
  }

  /** The products and sums of one instruction. */
  long multiplyAdds() {
    return (long) ROWS * COLUMNS * (sparse ? depth / 2 : depth);
  }

  @Override
  void run(Warp warp) {
    int stored = sparse ? depth / 2 : depth;
    double[] left = new double[ROWS * stored];
    double[] right = new double[depth * COLUMNS];
    gatherLeft(warp, left, stored);
    gatherRight(warp, right);
    int[] positions = sparse ? positions(warp) : null;
    for (int lane = 0; lane < Warp.LANES; lane++) {
      int g = lane >> 2;
      int t = lane & 3;
      for (int i = 0; i < 4; i++) {
        int row = g + (i >> 1) * 8;
        int column = 2 * t + (i & 1);
        double sum = 0;
        for (int j = 0; j < stored; j++) {
          int k = positions == null ? j : positions[row * stored + j];
          sum += left[row * stored + j] * right[k * COLUMNS + column];
        }
        float addend = Float.intBitsToFloat(warp.ints[c[i]][lane]);
        warp.tensor[i * Warp.LANES + lane] = Float.floatToRawIntBits((float) (sum + addend));
      }
    }
    for (int i = 0; i < 4; i++) {
      System.arraycopy(warp.tensor, i * Warp.LANES, warp.ints[d[i]], 0, Warp.LANES);
    }
  }

  private void gatherLeft(Warp warp, double[] left, int stored) {
    for (int r = 0; r < a.length; r++) {
      int[] register = warp.ints[a[r]];
      for (int lane = 0; lane < Warp.LANES; lane++) {
        int row = (lane >> 2) + (r & 1) * 8;
        int unit = (lane & 3) + (r >> 1) * 4;
        put(left, row * stored, 1, unit, register[lane]);
      }
    }
  }

  private void gatherRight(Warp warp, double[] right) {
    for (int r = 0; r < b.length; r++) {
      int[] register = warp.ints[b[r]];
      for (int lane = 0; lane < Warp.LANES; lane++) {
        put(right, lane >> 2, COLUMNS, (lane & 3) + r * 4, register[lane]);
      }
    }
  }

  private void put(double[] to, int start, int stride, int unit, int bits) {
    if (type == PtxType.TF32) {
      to[start + unit * stride] = Float.intBitsToFloat(bits & TF32_BITS);
    } else {
      to[start + 2 * unit * stride] = Half.from(type, bits & 0xFFFF);
      to[start + (2 * unit + 1) * stride] = Half.from(type, bits >>> 16);
    }
  }

  /** For each element of the stored A, where in k it stands. */
  private int[] positions(Warp warp) {
    int stored = depth / 2;
    int[] positions = new int[ROWS * stored];
    for (int row = 0; row < ROWS; row++) {
      for (int chunk = 0; chunk < depth / 4; chunk++) {
        int lane = 4 * (row & 7) + 2 * selector + (chunk >> 2);
        int half = warp.ints[metadata][lane] >>> (row >= 8 ? 16 : 0);
        int pair = half >>> (4 * (chunk & 3));
        int first = pair & 3;
        int second = pair >>> 2 & 3;
        if (first >= second) {
          throw new KernelFault(
              Check.BOUNDS,
              lane,
              "the metadata of row %d, k %d to %d, are %d and %d: they must ascend"
                  .formatted(row, 4 * chunk, 4 * chunk + 3, first, second));
        }
        positions[row * stored + 2 * chunk] = 4 * chunk + first;
        positions[row * stored + 2 * chunk + 1] = 4 * chunk + second;
      }
    }
    return positions;
  }
}
