package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.Register;
import dev.espalier.cuda.emulator.ptx.Statement;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the parameter's name in the place of registers that hold its address.
 *
 * <p>The compiler reads structs that way: {@code mov.b64 %rd1, kernel_param_0; ld.param.u64 %rd2,
 * [%rd1+24]}. Such a register is written once, so that its value is known here already.
 */
final class ParameterAddresses {
  private final Set<Variable> parameters;
  private final Map<Register, Integer> writes = new HashMap<>();
  private final Map<Register, Operand.Address> known = new HashMap<>();

  private ParameterAddresses(Set<Variable> parameters) {
    this.parameters = parameters;
  }

  /** The body with addresses of these parameters resolved. */
  static List<Statement> resolved(List<Statement> body, Set<Variable> parameters) {
    var addresses = new ParameterAddresses(parameters);
    for (Statement statement : body) {
      if (statement instanceof Statement.Instruction instruction
          && !instruction.operands().isEmpty()) {
        addresses.count(instruction.operands().getFirst());
      }
    }
    List<Statement> result = new ArrayList<>();
    for (Statement statement : body) {
      if (statement instanceof Statement.Instruction instruction) {
        if (!addresses.learn(instruction)) {
          result.add(addresses.resolved(instruction));
        }
      } else {
        result.add(statement);
      }
    }
    return result;
  }

  private void count(Operand target) {
    switch (target) {
      case Operand.Reg(Register register, _) -> writes.merge(register, 1, Integer::sum);
      case Operand.Vector(List<Operand> elements) -> elements.forEach(this::count);
      case Operand.Pair(Operand first, Operand second) -> {
        count(first);
        count(second);
      }
      default -> {}
    }
  }

  /** Whether the instruction does nothing but compute a parameter's address. */
  private boolean learn(Statement.Instruction instruction) {
    List<Operand> operands = instruction.operands();
    if (instruction.guard() != null
        || operands.size() < 2
        || !(operands.getFirst() instanceof Operand.Reg(Register target, _))
        || writes.get(target) != 1) {
      return false;
    }
    Operand.Address address =
        switch (instruction.opcode()) {
          case "mov.b64", "mov.u64" -> address(operands.get(1), 0);
          case "add.s64", "add.u64" ->
              operands.get(2) instanceof Operand.Immediate(long bytes, _)
                  ? address(operands.get(1), bytes)
                  : null;
          default -> null;
        };
    if (address != null) {
      known.put(target, address);
    }
    return address != null;
  }

  /** The place of a parameter, or null if the operand is something else. */
  private Operand.Address address(Operand operand, long further) {
    return switch (operand) {
      case Operand.Symbol symbol
          when symbol.variable() != null && parameters.contains(symbol.variable()) ->
          new Operand.Address(symbol, further);
      case Operand.Reg(Register register, _) when known.containsKey(register) ->
          new Operand.Address(known.get(register).base(), known.get(register).offset() + further);
      default -> null;
    };
  }

  private Statement.Instruction resolved(Statement.Instruction instruction) {
    if (!instruction.opcode().startsWith("ld.param")
        || !(instruction.operands().get(1) instanceof Operand.Address(Operand base, long offset))) {
      return instruction;
    }
    Operand.Address address = address(base, offset);
    return address == null
        ? instruction
        : new Statement.Instruction(
            instruction.line(),
            instruction.source(),
            instruction.guard(),
            instruction.opcode(),
            List.of(instruction.operands().getFirst(), address));
  }
}
