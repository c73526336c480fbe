package dev.espalier.cuda.codegen;

import dev.espalier.tensor.DType;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Writes the PTX of a frozen weight.
 *
 * <p>After SparseRT (Wang, 2020): a thread owns some positions and a group of rows, whose sums it
 * keeps in registers. It walks the places where any row of the group has a value, loads the dense
 * operand's element there once, at an address whose distance is part of the instruction, and
 * multiplies it for each row that has a value there, which is part of the instruction too. Neither
 * index nor value is ever loaded.
 */
final class FrozenCode {
  static final String ENTRY = "frozen";

  /** Loads that are issued before their first use. */
  private static final int AHEAD = 8;

  private final FrozenWeight weight;
  private final FrozenTile tile;
  private final String type;
  private final StringBuilder text = new StringBuilder();

  private FrozenCode(FrozenWeight weight, FrozenTile tile) {
    this.weight = weight;
    this.tile = tile;
    this.type = weight.type() == DType.FLOAT64 ? "f64" : "f32";
  }

  /** A module with one entry {@value #ENTRY} (in, out, positions of all images). */
  static String of(FrozenWeight weight, FrozenTile tile) {
    var code = new FrozenCode(weight, tile);
    code.head();
    code.dispatch(0, tile.groups(weight));
    code.line("}");
    return code.text.toString();
  }

  private void line(String instruction) {
    text.append(instruction).append('\n');
  }

  private void head() {
    FrozenGrid grid = weight.grid();
    int shift = Integer.numberOfTrailingZeros(weight.type().bytes());
    line(".version 7.0");
    line(".target sm_80");
    line(".address_size 64");
    line(".visible .entry %s(.param .u64 in, .param .u64 out, .param .u32 items)".formatted(ENTRY));
    line(".maxntid %d, 1, 1".formatted(FrozenTile.THREADS));
    line("{");
    line(".reg .pred %p<3>;");
    line(".reg .b32 %r<12>;");
    line(".reg .b64 %rd<8>;");
    line(".reg .%s %%x<%d>;".formatted(type, AHEAD * tile.vector()));
    line(".reg .%s %%s<%d>;".formatted(type, tile.rows() * tile.vector()));
    line("mov.u32 %r0, %ctaid.x;");
    line("mov.u32 %r1, %tid.x;");
    line("mad.lo.u32 %%r2, %%r0, %d, %%r1;".formatted(FrozenTile.THREADS));
    line("mul.lo.u32 %%r2, %%r2, %d;".formatted(tile.vector()));
    line("ld.param.u32 %r3, [items];");
    line("setp.ge.u32 %p0, %r2, %r3;");
    line("@%p0 ret;");
    // r4 image, r6 position, r8 row of the image, r10 place in the source row
    line("div.u32 %%r4, %%r2, %d;".formatted(grid.positions()));
    line("mul.lo.u32 %%r5, %%r4, %d;".formatted(grid.positions()));
    line("sub.u32 %r6, %r2, %r5;");
    line("div.u32 %%r8, %%r6, %d;".formatted(grid.width()));
    line("mul.lo.u32 %%r9, %%r8, %d;".formatted(grid.width()));
    line("sub.u32 %r10, %r6, %r9;");
    line("mad.lo.u32 %%r10, %%r8, %d, %%r10;".formatted(grid.sourceRow()));
    line("cvt.u64.u32 %rd0, %r10;");
    line("mul.wide.u32 %%rd1, %%r4, %d;".formatted(grid.sourceImage()));
    line("add.u64 %rd0, %rd0, %rd1;");
    line("shl.b64 %%rd0, %%rd0, %d;".formatted(shift));
    line("ld.param.u64 %rd1, [in];");
    line("cvta.to.global.u64 %rd1, %rd1;");
    line("add.u64 %rd0, %rd0, %rd1;");
    line("cvt.u64.u32 %rd2, %r6;");
    line("mul.wide.u32 %%rd3, %%r4, %d;".formatted(weight.rows() * grid.positions()));
    line("add.u64 %rd2, %rd2, %rd3;");
    line("shl.b64 %%rd2, %%rd2, %d;".formatted(shift));
    line("ld.param.u64 %rd3, [out];");
    line("cvta.to.global.u64 %rd3, %rd3;");
    line("add.u64 %rd2, %rd2, %rd3;");
    line("mov.u32 %r11, %ctaid.y;");
  }

  /** Leads each block of threads to the code of its group, by halves. */
  private void dispatch(int first, int end) {
    if (end - first == 1) {
      group(first * tile.rows(), Math.min(weight.rows(), (first + 1) * tile.rows()));
      return;
    }
    int middle = (first + end) / 2;
    line("setp.ge.u32 %%p1, %%r11, %d;".formatted(middle));
    line("@%%p1 bra from%d;".formatted(middle));
    dispatch(first, middle);
    line("from%d:".formatted(middle));
    dispatch(middle, end);
  }

  private void group(int top, int bottom) {
    int vector = tile.vector();
    for (int i = 0; i < (bottom - top) * vector; i++) {
      double start = weight.bias() == null ? 0 : weight.bias()[top + i / vector];
      line("mov.%s %%s%d, %s;".formatted(type, i, literal(start)));
    }
    int[] rowOf = new int[weight.offsets()[bottom] - weight.offsets()[top]];
    for (int row = top; row < bottom; row++) {
      Arrays.fill(
          rowOf,
          weight.offsets()[row] - weight.offsets()[top],
          weight.offsets()[row + 1] - weight.offsets()[top],
          row - top);
    }
    int begin = weight.offsets()[top];
    int[] byPlace =
        IntStream.range(0, rowOf.length)
            .boxed()
            .sorted((a, b) -> Integer.compare(place(begin + a), place(begin + b)))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int at = 0; at < byPlace.length; ) {
      at = batch(byPlace, at, begin, rowOf);
    }
    for (int row = top; row < bottom; row++) {
      finish(row, row - top);
    }
    line("ret;");
  }

  private int place(int position) {
    return weight.places()[position];
  }

  /** Loads up to {@value #AHEAD} places, then multiplies; returns where the next batch begins. */
  private int batch(int[] byPlace, int start, int begin, int[] rowOf) {
    int vector = tile.vector();
    int loaded = -1;
    int end = start;
    for (; end < byPlace.length; end++) {
      boolean fresh =
          end == start || place(begin + byPlace[end]) != place(begin + byPlace[end - 1]);
      if (fresh && loaded == AHEAD - 1) {
        break;
      }
      if (fresh) {
        loaded++;
        long distance = (long) place(begin + byPlace[end]) * weight.type().bytes();
        line(
            "ld.global.nc%s.%s %s, [%%rd0+%d];"
                .formatted(suffix(), type, registers("x", loaded * vector), distance));
      }
    }
    int slot = -1;
    for (int i = start; i < end; i++) {
      if (i == start || place(begin + byPlace[i]) != place(begin + byPlace[i - 1])) {
        slot++;
      }
      for (int v = 0; v < vector; v++) {
        int sum = rowOf[byPlace[i]] * vector + v;
        line(
            "fma.rn.%s %%s%d, %%x%d, %s, %%s%d;"
                .formatted(
                    type,
                    sum,
                    slot * vector + v,
                    literal(weight.values()[begin + byPlace[i]]),
                    sum));
      }
    }
    return end;
  }

  private void finish(int row, int inGroup) {
    int vector = tile.vector();
    if (weight.relu()) {
      for (int v = 0; v < vector; v++) {
        int sum = inGroup * vector + v;
        line("setp.lt.%s %%p2, %%s%d, %s;".formatted(type, sum, literal(0))); // NaN passes
        line("selp.%s %%s%d, %s, %%s%d, %%p2;".formatted(type, sum, literal(0), sum));
      }
    }
    long distance = (long) row * weight.grid().positions() * weight.type().bytes();
    line(
        "st.global%s.%s [%%rd2+%d], %s;"
            .formatted(suffix(), type, distance, registers("s", inGroup * vector)));
  }

  private String suffix() {
    return tile.vector() == 1 ? "" : ".v" + tile.vector();
  }

  private String registers(String name, int first) {
    if (tile.vector() == 1) {
      return "%" + name + first;
    }
    var list = new StringBuilder("{");
    for (int v = 0; v < tile.vector(); v++) {
      list.append(v == 0 ? "%" : ", %").append(name).append(first + v);
    }
    return list.append('}').toString();
  }

  private String literal(double value) {
    return weight.type() == DType.FLOAT64
        ? "0d%016X".formatted(Double.doubleToRawLongBits(value))
        : "0f%08X".formatted(Float.floatToRawIntBits((float) value));
  }
}
