package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Register;
import dev.espalier.cuda.emulator.ptx.Statement;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Estimates how many 32-bit registers of a thread a kernel needs: the most that live at once in its
 * PTX, with a few for addresses of the hardware's own.
 *
 * <p>The assembler orders instructions anew and keeps values that are cheap to compute again out of
 * registers, so that its number may be lower or higher. Predicates have registers of their own.
 */
final class LiveRegisters {
  private static final int RESERVED = 6;
  private static final int LEAST = 16;
  private static final int MOST = 255;

  private final List<Statement> statements;
  private final Map<Register, Integer> numbers = new HashMap<>();
  private final Map<String, Integer> labels = new HashMap<>();
  private int words;

  private LiveRegisters(List<Statement> statements) {
    this.statements = statements;
  }

  static int estimate(List<Statement> statements) {
    int rounded = (new LiveRegisters(statements).most() + RESERVED + 7) / 8 * 8;
    return Math.clamp(rounded, LEAST, MOST);
  }

  private int most() {
    int count = statements.size();
    BitSet[] uses = new BitSet[count];
    BitSet[] kills = new BitSet[count];
    for (int i = 0; i < count; i++) {
      uses[i] = new BitSet();
      kills[i] = new BitSet();
      switch (statements.get(i)) {
        case Statement.Label(String name) -> labels.put(name, i);
        case Statement.Instruction instruction -> read(instruction, uses[i], kills[i]);
      }
    }
    BitSet[] live = new BitSet[count + 1];
    for (int i = 0; i <= count; i++) {
      live[i] = new BitSet();
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = count - 1; i >= 0; i--) {
        BitSet before = after(i, live);
        before.andNot(kills[i]);
        before.or(uses[i]);
        if (!before.equals(live[i])) {
          live[i] = before;
          changed = true;
        }
      }
    }
    int most = 0;
    for (BitSet set : live) {
      most = Math.max(most, set.cardinality());
    }
    return most;
  }

  private BitSet after(int at, BitSet[] live) {
    BitSet out = new BitSet();
    if (!(statements.get(at) instanceof Statement.Instruction instruction)) {
      out.or(live[at + 1]);
      return out;
    }
    String root = instruction.root();
    boolean jumps = root.equals("bra") || root.equals("ret") || root.equals("exit");
    if (!jumps || instruction.guard() != null) {
      out.or(live[at + 1]);
    }
    if (root.equals("bra")
        && instruction.operands().getFirst() instanceof Operand.Symbol(var _, String name)
        && labels.containsKey(name)) {
      out.or(live[labels.get(name)]);
    }
    return out;
  }

  private void read(Statement.Instruction instruction, BitSet uses, BitSet kills) {
    boolean writes =
        switch (instruction.root()) {
          case "st",
              "red",
              "bra",
              "brx",
              "bar",
              "barrier",
              "cp",
              "ret",
              "exit",
              "trap",
              "membar",
              "fence",
              "prefetch" ->
              false;
          default -> true;
        };
    List<Operand> operands = instruction.operands();
    for (int i = 0; i < operands.size(); i++) {
      boolean target = writes && i == 0;
      // What is written under a predicate may keep its old value.
      collect(operands.get(i), target && instruction.guard() == null ? kills : uses);
    }
  }

  private void collect(Operand operand, BitSet into) {
    switch (operand) {
      case Operand.Reg(Register register, boolean _) -> {
        if (register.type() != PtxType.PRED) {
          int first = numbers.computeIfAbsent(register, this::place);
          into.set(first, first + (register.type().isWide() ? 2 : 1));
        }
      }
      case Operand.Address(Operand base, long _) -> collect(base, into);
      case Operand.Vector(List<Operand> elements) -> elements.forEach(e -> collect(e, into));
      case Operand.Pair(Operand first, Operand second) -> {
        collect(first, into);
        collect(second, into);
      }
      default -> {}
    }
  }

  private int place(Register register) {
    int first = words;
    words += register.type().isWide() ? 2 : 1;
    return first;
  }
}
