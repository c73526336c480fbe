package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.StateSpace;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.function.LongBinaryOperator;

/** Decodes loads, stores and atomic operations. */
final class MemoryFamily {
  private MemoryFamily() {}

  /** Drops what tells the caches and other processors, as here all memory is one. */
  private static void takeHints(Opcode opcode) {
    for (String hint :
        List.of(
            "nc",
            "ca",
            "cg",
            "cs",
            "lu",
            "cv",
            "wb",
            "wt",
            "volatile",
            "relaxed",
            "acquire",
            "release",
            "acq_rel",
            "weak",
            "cta",
            "gpu",
            "sys",
            "noftz",
            "L1::evict_normal",
            "L1::evict_unchanged",
            "L1::evict_first",
            "L1::evict_last",
            "L1::no_allocate",
            "L2::64B",
            "L2::128B",
            "L2::256B")) {
      opcode.take(hint);
    }
  }

  private static List<Operand> elements(Emitter emit, Opcode opcode, int position) {
    String vector = opcode.takeOneOf("v2", "v4");
    Operand operand = emit.operand(position);
    List<Operand> elements =
        operand instanceof Operand.Vector(List<Operand> several) ? several : List.of(operand);
    int expected = vector == null ? 1 : vector.charAt(1) - '0';
    if (elements.size() != expected || expected * opcode.type().bytes() > 16) {
      throw opcode.refuse("moves %d elements, which does not fit it".formatted(elements.size()));
    }
    return elements;
  }

  static void load(Emitter emit, Opcode opcode, Map<Variable, Integer> parameterOffsets) {
    StateSpace space = AddressSpaces.take(opcode);
    takeHints(opcode);
    List<Operand> elements = elements(emit, opcode, 0);
    opcode.finish();
    PtxType type = opcode.type();
    if (space == StateSpace.PARAM) {
      emit.as(InstructionClass.INTEGER);
      loadParameter(emit, type, elements, parameterOffsets);
      return;
    }
    emit.as(
        switch (space) {
          case SHARED -> InstructionClass.SHARED_LOAD;
          case LOCAL -> InstructionClass.LOCAL;
          default -> InstructionClass.GLOBAL_LOAD;
        });
    emit.add(new LoadOp(emit, type, space, elements));
  }

  private static void loadParameter(
      Emitter emit, PtxType type, List<Operand> elements, Map<Variable, Integer> offsets) {
    if (!(emit.operand(1)
            instanceof Operand.Address(Operand.Symbol(Variable variable, _), long shift))
        || !offsets.containsKey(variable)) {
      throw emit.instruction().refuse("must name a parameter of the kernel");
    }
    for (int i = 0; i < elements.size(); i++) {
      int offset = Math.toIntExact(offsets.get(variable) + shift + (long) i * type.bytes());
      var register = Registers.register(elements.get(i));
      if (register == null) {
        continue;
      }
      if (type.isWide() && !register.type().isWide()) {
        throw emit.instruction().refuse("reads more than its register holds");
      }
      int target = emit.registers.target(elements.get(i), register.type());
      int source = emit.registers.parameter(offset, type);
      if (register.type().isWide() && !type.isWide()) {
        IntToLongFunction extend = type.isSigned() ? v -> v : v -> v & 0xFFFFFFFFL;
        emit.lanes("extend " + type, LongLoops.FromInt.class, extend, target, source);
      } else {
        MoveFamily.copy(emit, type, target, source);
      }
    }
  }

  static void store(Emitter emit, Opcode opcode) {
    StateSpace space = AddressSpaces.take(opcode);
    takeHints(opcode);
    List<Operand> elements = elements(emit, opcode, 1);
    opcode.finish();
    if (space == StateSpace.PARAM || space == StateSpace.CONST) {
      throw opcode.unknown();
    }
    emit.as(
        switch (space) {
          case SHARED -> InstructionClass.SHARED_STORE;
          case LOCAL -> InstructionClass.LOCAL;
          default -> InstructionClass.GLOBAL_STORE;
        });
    emit.add(new StoreOp(emit, opcode.type(), space, elements));
  }

  static void atomic(Emitter emit, Opcode opcode) {
    emit.as(InstructionClass.ATOMIC);
    StateSpace space = AddressSpaces.take(opcode);
    takeHints(opcode);
    String name =
        opcode.takeOneOf("add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec");
    opcode.finish();
    PtxType type = opcode.type();
    if (name == null || type.bits() < 16 || type.kind() == PtxType.Kind.PACKED) {
      throw opcode.unknown();
    }
    LongBinaryOperator combine = name.equals("cas") ? null : combine(name, type);
    if (combine == null && !name.equals("cas")) {
      throw opcode.unknown();
    }
    emit.add(new AtomicOp(emit, type, space, combine, opcode.root().equals("atom")));
  }

  private static LongBinaryOperator combine(String name, PtxType type) {
    if (name.equals("exch")) {
      return (_, b) -> b;
    }
    if (type.kind() == PtxType.Kind.FLOAT) {
      return name.equals("add") ? floatSum(type) : null;
    }
    return switch (name) {
      case "add" -> Long::sum;
      case "and" -> (a, b) -> a & b;
      case "or" -> (a, b) -> a | b;
      case "xor" -> (a, b) -> a ^ b;
      case "min", "max" -> extreme(type, name.equals("max"));
      case "inc" ->
          type == PtxType.U32
              ? (a, b) -> Integer.compareUnsigned((int) a, (int) b) >= 0 ? 0 : a + 1
              : null;
      case "dec" ->
          type == PtxType.U32
              ? (a, b) -> (int) a == 0 || Integer.compareUnsigned((int) a, (int) b) > 0 ? b : a - 1
              : null;
      default -> null;
    };
  }

  private static LongBinaryOperator extreme(PtxType type, boolean largest) {
    var read = Conversion.extend(type);
    boolean signed = type.isSigned();
    return (a, b) -> {
      long x = read.applyAsLong(a);
      long y = read.applyAsLong(b);
      boolean above = (signed ? Long.compare(x, y) : Long.compareUnsigned(x, y)) > 0;
      return above == largest ? a : b;
    };
  }

  private static LongBinaryOperator floatSum(PtxType type) {
    return switch (type) {
      case F32 ->
          (a, b) ->
              Float.floatToRawIntBits(
                  Float.intBitsToFloat((int) a) + Float.intBitsToFloat((int) b));
      case F64 ->
          (a, b) ->
              Double.doubleToRawLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
      case F16, BF16 ->
          (a, b) -> Half.to(type, Half.from(type, (int) a) + Half.from(type, (int) b));
      default -> null;
    };
  }
}
