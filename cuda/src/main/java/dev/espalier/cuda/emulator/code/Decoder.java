package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Approximations;
import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Statement;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.util.List;
import java.util.Map;

/** Turns instructions other than jumps into operations on warps. */
final class Decoder {
  private final Emitter emit;
  private final Map<Variable, Integer> parameterOffsets;

  Decoder(
      Registers registers, Map<Variable, Integer> parameterOffsets, Approximations approximations) {
    this.emit = new Emitter(registers, approximations);
    this.parameterOffsets = parameterOffsets;
  }

  /** The operations of one instruction, in order. */
  List<Op> decode(Statement.Instruction instruction) {
    emit.begin(instruction);
    dispatch(new Opcode(instruction));
    return emit.drain();
  }

  private void dispatch(Opcode opcode) {
    switch (opcode.root()) {
      case "mov" -> MoveFamily.move(emit, opcode);
      case "cvta" -> MoveFamily.address(emit, opcode);
      case "cvt" -> MoveFamily.convert(emit, opcode);
      case "setp" -> CompareFamily.setPredicate(emit, opcode);
      case "set" -> CompareFamily.setNumber(emit, opcode);
      case "testp" -> CompareFamily.property(emit, opcode);
      case "selp" -> {
        emit.as(InstructionClass.INTEGER);
        opcode.finish();
        emit.add(new SelectOp(emit, opcode.type()));
      }
      case "lop3", "prmt", "shf" -> LogicFamily.decode(emit, opcode);
      case "ld", "ldu" -> MemoryFamily.load(emit, opcode, parameterOffsets);
      case "st" -> MemoryFamily.store(emit, opcode);
      case "atom", "red" -> MemoryFamily.atomic(emit, opcode);
      case "shfl" -> ShuffleOp.decode(emit, opcode);
      case "vote" -> VoteFamily.vote(emit, opcode);
      case "activemask" -> VoteFamily.activeMask(emit, opcode);
      case "match" -> VoteFamily.match(emit, opcode);
      case "redux" -> VoteFamily.reduce(emit, opcode);
      case "cp" -> AsyncCopyOp.decode(emit, opcode);
      case "ldmatrix" -> MatrixLoadOp.decode(emit, opcode);
      case "mma" -> MatrixOp.decode(emit, opcode);
      case "bar", "barrier" -> BarrierOp.decode(emit, opcode);
      case "membar", "fence", "prefetch", "prefetchu", "discard", "applypriority" -> {}
      case "ex2", "lg2", "rcp", "sqrt", "rsqrt", "sin", "cos", "tanh", "fma", "copysign" ->
          floating(opcode);
      case "add",
          "sub",
          "mul",
          "div",
          "rem",
          "mad",
          "min",
          "max",
          "abs",
          "neg",
          "and",
          "or",
          "xor",
          "not",
          "cnot",
          "shl",
          "shr",
          "popc",
          "clz",
          "brev",
          "bfind",
          "bfe",
          "bfi",
          "sad",
          "dp4a",
          "mul24",
          "mad24",
          "addc",
          "subc",
          "madc" ->
          arithmetic(opcode);
      default -> throw opcode.unknown();
    }
  }

  private void arithmetic(Opcode opcode) {
    PtxType type = opcode.type();
    switch (type.kind()) {
      case PREDICATE -> PredicateOp.decode(emit, opcode);
      case FLOAT, PACKED -> floating(opcode);
      default -> IntegerFamily.decode(emit, opcode);
    }
  }

  private void floating(Opcode opcode) {
    switch (opcode.type()) {
      case F32, F64 -> FloatFamily.decode(emit, opcode);
      case F16, BF16, F16X2, BF16X2 -> HalfFamily.decode(emit, opcode);
      default -> throw opcode.unknown();
    }
  }
}
