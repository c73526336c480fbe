package dev.espalier.cuda.fuse;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.spi.Chain;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Writes the PTX of a chain.
 *
 * <p>Threads stride over packs of neighbouring elements. Each loads its inputs, takes the chain's
 * steps in registers and stores the result; out may therefore be an input. The chain's numbers are
 * parameters of the kernel, so that one kernel serves all chains of a form.
 *
 * <p>Registers: {@code i} 32-bit and {@code a} 64-bit integers, {@code q} predicates, {@code v}
 * values of steps and inputs, {@code c} the chain's numbers; none of these names occurs in the
 * bodies of maps.
 */
public final class ChainCode {
  /** The kernel's name. */
  public static final String ENTRY = "chain";

  /** Threads of a block at most. */
  private static final int THREADS = 256;

  /** Where the parts of the struct Strided of common.cuh lie. */
  private static final int MOST_AXES = 6;

  private static final int DIVISOR_BYTES = 3 * Integer.BYTES;
  private static final int EXTENTS_AT = Integer.BYTES;
  private static final int STRIDES_AT = 80;
  private static final int STRIDES_BYTES = MOST_AXES * Long.BYTES;

  private final Chain chain;
  private final ChainLayout layout;
  private final String type;
  private final int bytes;
  private final MapFunctions functions = MapFunctions.shipped();
  private final Set<String> used = new TreeSet<>();
  private final List<String> lines = new ArrayList<>();
  private int copies;

  private ChainCode(Chain chain, ChainLayout layout) {
    this.chain = chain;
    this.layout = layout;
    type = layout.type() == DType.FLOAT64 ? "f64" : "f32";
    bytes = layout.type().bytes();
  }

  /**
   * A module with one entry {@value #ENTRY} (n, inputs, out, the chain's numbers; then, unless the
   * layout is one run, the struct Strided of the inputs and out).
   */
  public static String of(Chain chain, ChainLayout layout) {
    var code = new ChainCode(chain, layout);
    code.kernel();
    return code.functions.version()
        + "\n.target sm_80\n.address_size 64\n"
        + code.functions.preamble(code.used)
        + String.join("\n", code.lines)
        + "\n";
  }

  private void line(String text) {
    lines.add(text);
  }

  private void kernel() {
    int inputs = chain.inputs();
    int numbers = chain.numbers().length;
    List<String> parameters = new ArrayList<>(List.of(".param .u32 n"));
    IntStream.rangeClosed(0, inputs).forEach(k -> parameters.add(".param .u64 p" + k));
    IntStream.range(0, numbers).forEach(j -> parameters.add(".param ." + type + " number" + j));
    if (!layout.isOneRun()) {
      parameters.add(
          ".param .align 8 .b8 where[%d]".formatted(STRIDES_AT + (inputs + 1) * STRIDES_BYTES));
    }
    line(".visible .entry %s(%s)".formatted(ENTRY, String.join(", ", parameters)));
    line(".maxntid %d, 1, 1".formatted(THREADS));
    line("{");
    line(".reg .pred %q<3>;");
    line(".reg .b32 %i<16>;");
    line(".reg .b64 %%a<%d>;".formatted(2 * inputs + 4));
    line(".reg .%s %%v<%d>;".formatted(type, (inputs + chain.steps().size()) * layout.lanes()));
    line(".reg .%s %%c<%d>;".formatted(type, numbers + 1));
    for (int k = 0; k <= inputs; k++) {
      line("ld.param.u64 %s, [p%d];".formatted(base(k), k));
      line("cvta.to.global.u64 %s, %s;".formatted(base(k), base(k)));
    }
    for (int j = 0; j < numbers; j++) {
      line("ld.param.%s %%c%d, [number%d];".formatted(type, j, j));
    }
    // i0 elements, i1 this thread, i2 all threads, i3 packs, i4 the pack
    line("ld.param.u32 %i0, [n];");
    line("mov.u32 %i5, %ctaid.x;");
    line("mov.u32 %i6, %ntid.x;");
    line("mov.u32 %i7, %tid.x;");
    line("mad.lo.u32 %i1, %i5, %i6, %i7;");
    line("mov.u32 %i8, %nctaid.x;");
    line("mul.lo.u32 %i2, %i8, %i6;");
    line("shr.u32 %%i3, %%i0, %d;".formatted(Integer.numberOfTrailingZeros(layout.lanes())));
    line("mov.u32 %i4, %i1;");
    line("setp.ge.u32 %q0, %i4, %i3;");
    line("@%q0 bra packs_done;");
    line("next_pack:");
    line("mul.lo.u32 %%i9, %%i4, %d;".formatted(layout.lanes()));
    pack(layout.lanes());
    line("add.u32 %i4, %i4, %i2;");
    line("setp.lt.u32 %q0, %i4, %i3;");
    line("@%q0 bra next_pack;");
    line("packs_done:");
    if (layout.isOneRun()) {
      rest();
    }
    line("ret;");
    line("}");
  }

  /** The elements after the last full pack, fewer than there are threads. */
  private void rest() {
    line("mad.lo.u32 %%i9, %%i3, %d, %%i1;".formatted(layout.lanes()));
    line("setp.ge.u32 %q0, %i9, %i0;");
    line("@%q0 ret;");
    pack(1);
  }

  private static String base(int operand) {
    return "%a" + operand;
  }

  private String place(int operand) {
    return "%a" + (chain.inputs() + 1 + operand);
  }

  private String offset() {
    return "%a" + (2 * chain.inputs() + 2);
  }

  private String scratch() {
    return "%a" + (2 * chain.inputs() + 3);
  }

  private String value(int index, int lane) {
    return "%v" + (index * layout.lanes() + lane);
  }

  /** Loads, computes and stores that many elements from element i9 on. */
  private void pack(int lanes) {
    int inputs = chain.inputs();
    line("mul.wide.u32 %s, %%i9, %d;".formatted(offset(), bytes));
    if (layout.isOneRun()) {
      for (int k = 0; k < inputs; k++) {
        line(
            "add.u64 %s, %s, %s;"
                .formatted(place(k), base(k), layout.isRepeated(k) ? "0" : offset()));
      }
    } else {
      locate();
    }
    line("add.u64 %s, %s, %s;".formatted(offset(), offset(), base(inputs)));
    for (int k = 0; k < inputs; k++) {
      load(k, lanes);
    }
    int number = 0;
    for (int i = 0; i < chain.steps().size(); i++) {
      Chain.Step step = chain.steps().get(i);
      for (int lane = 0; lane < lanes; lane++) {
        take(step, inputs + i, lane, "%c" + number);
      }
      number += Chain.hasNumber(step) ? 1 : 0;
    }
    int result = inputs + chain.steps().size() - 1;
    line(
        "st.global%s.%s [%s], %s;".formatted(suffix(lanes), type, offset(), values(result, lanes)));
  }

  /** Where the inputs' element i9 lies: the axes' positions times their strides. */
  private void locate() {
    int inputs = chain.inputs();
    for (int k = 0; k < inputs; k++) {
      line("mov.u64 %s, %s;".formatted(place(k), base(k)));
    }
    line("mov.u32 %i10, %i9;");
    for (int axis = 0; axis < layout.axes(); axis++) {
      boolean last = axis == layout.axes() - 1;
      if (last) {
        line("mov.u32 %i12, %i10;");
      } else {
        // i11 quotient by the magic number, i12 remainder
        int extent = EXTENTS_AT + axis * DIVISOR_BYTES;
        line("ld.param.u32 %%i13, [where+%d];".formatted(extent + Integer.BYTES));
        line("mul.hi.u32 %i11, %i10, %i13;");
        line("add.u32 %i11, %i11, %i10;");
        line("ld.param.u32 %%i14, [where+%d];".formatted(extent + 2 * Integer.BYTES));
        line("shr.u32 %i11, %i11, %i14;");
        line("ld.param.u32 %%i15, [where+%d];".formatted(extent));
        line("mul.lo.u32 %i12, %i11, %i15;");
        line("sub.u32 %i12, %i10, %i12;");
        line("mov.u32 %i10, %i11;");
      }
      line("mul.wide.u32 %s, %%i12, %d;".formatted(place(inputs), bytes));
      for (int k = 0; k < inputs; k++) {
        line(
            "ld.param.u64 %s, [where+%d];"
                .formatted(scratch(), STRIDES_AT + k * STRIDES_BYTES + axis * Long.BYTES));
        line("mad.lo.s64 %s, %s, %s, %s;".formatted(place(k), place(inputs), scratch(), place(k)));
      }
    }
  }

  private void load(int input, int lanes) {
    if (!layout.isRepeated(input)) {
      line(
          "ld.global%s.%s %s, [%s];"
              .formatted(suffix(lanes), type, values(input, lanes), place(input)));
      return;
    }
    line("ld.global.%s %s, [%s];".formatted(type, value(input, 0), place(input)));
    for (int lane = 1; lane < lanes; lane++) {
      line("mov.%s %s, %s;".formatted(type, value(input, lane), value(input, 0)));
    }
  }

  private void take(Chain.Step step, int index, int lane, String number) {
    String target = value(index, lane);
    switch (step) {
      case Chain.Step.Constant _ -> line("mov.%s %s, %s;".formatted(type, target, number));
      case Chain.Step.Unary unary -> {
        String p = unary.op().hasParameter() ? number : value(unary.x(), lane);
        inline("unary_", unary.op(), target, value(unary.x(), lane), p);
      }
      case Chain.Step.Binary binary ->
          inline("binary_", binary.op(), target, value(binary.a(), lane), value(binary.b(), lane));
      case Chain.Step.Select select -> {
        String zero = layout.type() == DType.FLOAT64 ? "0d0000000000000000" : "0f00000000";
        line("setp.neu.%s %%q1, %s, %s;".formatted(type, value(select.condition(), lane), zero));
        line(
            "selp.%s %s, %s, %s, %%q1;"
                .formatted(type, target, value(select.yes(), lane), value(select.no(), lane)));
      }
    }
  }

  private void inline(String family, Enum<?> op, String target, String first, String second) {
    String function = family + op.name().toLowerCase(Locale.ROOT) + "_" + type;
    used.add(function);
    lines.addAll(functions.inlined(function, target, List.of(first, second), copies++));
  }

  private static String suffix(int lanes) {
    return lanes == 1 ? "" : ".v" + lanes;
  }

  private String values(int index, int lanes) {
    if (lanes == 1) {
      return value(index, 0);
    }
    var list = new StringBuilder("{");
    for (int lane = 0; lane < lanes; lane++) {
      list.append(lane == 0 ? "" : ", ").append(value(index, lane));
    }
    return list.append('}').toString();
  }
}
