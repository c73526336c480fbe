package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxException;
import dev.espalier.cuda.emulator.ptx.PtxFunction;
import dev.espalier.cuda.emulator.ptx.PtxModule;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Register;
import dev.espalier.cuda.emulator.ptx.Statement;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the bodies of called functions in the place of their calls, and registers in the place of
 * the memory through which calls pass their parameters.
 *
 * <p>The compiler leaves calls only to the slow paths of its mathematical library, so that this
 * costs little; recursion is refused.
 */
final class Inliner {
  private final PtxModule module;
  private final Set<Variable> kernelParameters;
  private final Set<Variable> variables = new LinkedHashSet<>();
  private final List<Statement> out = new ArrayList<>();
  private final Map<Place, Register> places = new HashMap<>();
  private final Deque<String> calls = new ArrayDeque<>();
  private int instances;

  /** A part of a call's parameter. */
  private record Place(Variable variable, long offset) {}

  private Inliner(PtxModule module, PtxFunction kernel) {
    this.module = module;
    kernelParameters = Set.copyOf(kernel.parameters());
  }

  /** A kernel without calls: its statements, and the memory that they declare. */
  record Flat(List<Statement> statements, Set<Variable> variables) {}

  static Flat flatten(PtxModule module, PtxFunction kernel) {
    Inliner inliner = new Inliner(module, kernel);
    inliner.expand(kernel, new Instance(inliner, "", Map.of(), null));
    return new Flat(List.copyOf(inliner.out), inliner.variables);
  }

  /** One copy of a function's body. */
  private static final class Instance {
    private final Inliner inliner;
    private final String suffix;
    private final Map<Variable, Variable> actual;
    private final String end;
    private final Map<Register, Register> renamed = new HashMap<>();

    Instance(Inliner inliner, String suffix, Map<Variable, Variable> actual, String end) {
      this.inliner = inliner;
      this.suffix = suffix;
      this.actual = actual;
      this.end = end;
    }

    Register rename(Register register) {
      return end == null
          ? register
          : renamed.computeIfAbsent(register, r -> new Register(r.name(), r.type()));
    }

    Operand rename(Operand operand) {
      return switch (operand) {
        case Operand.Reg(Register register, boolean negated) ->
            new Operand.Reg(rename(register), negated);
        case Operand.Address(Operand base, long offset) ->
            new Operand.Address(rename(base), offset);
        case Operand.Vector(List<Operand> elements) ->
            new Operand.Vector(elements.stream().map(this::rename).toList());
        case Operand.Pair(Operand first, Operand second) ->
            new Operand.Pair(rename(first), rename(second));
        case Operand.Symbol(Variable variable, String name) when variable == null ->
            new Operand.Symbol(null, name + suffix);
        default -> operand;
      };
    }

    /** The register that stands for a part of a parameter. */
    Register place(Variable variable, long offset, PtxType type) {
      Variable own = actual.getOrDefault(variable, variable);
      return inliner.places.computeIfAbsent(
          new Place(own, offset),
          _ -> new Register(own.name() + "+" + offset, type.isWide() ? PtxType.B64 : PtxType.B32));
    }
  }

  private void expand(PtxFunction function, Instance instance) {
    if (function.body() == null) {
      throw new PtxException(
          function.line(), "the function '" + function.name() + "' has no body in this module");
    }
    variables.addAll(function.variables());
    for (Statement statement : ParameterAddresses.resolved(function.body(), kernelParameters)) {
      switch (statement) {
        case Statement.Label(String name) -> out.add(new Statement.Label(name + instance.suffix));
        case Statement.Instruction instruction -> instruction(instruction, instance);
      }
    }
  }

  private void instruction(Statement.Instruction instruction, Instance instance) {
    String opcode = instruction.opcode();
    if (instruction.root().equals("call")) {
      call(instruction, instance);
    } else if (opcode.startsWith("ld.param") || opcode.startsWith("st.param")) {
      parameter(instruction, instance);
    } else if (opcode.equals("ret") && instance.end != null) {
      add(instruction, instance, "bra", List.of(new Operand.Symbol(null, instance.end)));
    } else {
      add(
          instruction,
          instance,
          opcode,
          instruction.operands().stream().map(instance::rename).toList());
    }
  }

  private void add(
      Statement.Instruction from, Instance instance, String opcode, List<Operand> operands) {
    Operand.Reg guard =
        from.guard() == null
            ? null
            : new Operand.Reg(instance.rename(from.guard().register()), from.guard().negated());
    out.add(new Statement.Instruction(from.line(), from.source(), guard, opcode, operands));
  }

  private void parameter(Statement.Instruction instruction, Instance instance) {
    boolean load = instruction.opcode().startsWith("ld");
    Operand memory = instruction.operands().get(load ? 1 : 0);
    if (!(memory instanceof Operand.Address(Operand.Symbol(Variable variable, _), long offset))
        || variable == null) {
      throw instruction.refuse("must name the parameter itself");
    }
    if (kernelParameters.contains(variable)) {
      add(
          instruction,
          instance,
          instruction.opcode(),
          instruction.operands().stream().map(instance::rename).toList());
      return;
    }
    PtxType type =
        PtxType.find(instruction.opcode().substring(instruction.opcode().lastIndexOf('.') + 1));
    if (type == null) {
      throw instruction.refuse("has no type the emulator knows");
    }
    Operand other = instance.rename(instruction.operands().get(load ? 0 : 1));
    List<Operand> elements =
        other instanceof Operand.Vector(List<Operand> several) ? several : List.of(other);
    String move =
        switch (type) {
          case F32 -> "mov.f32";
          case F64 -> "mov.f64";
          default -> type.isWide() ? "mov.b64" : "mov.b32";
        };
    for (int i = 0; i < elements.size(); i++) {
      Operand place =
          new Operand.Reg(instance.place(variable, offset + (long) i * type.bytes(), type), false);
      Operand element = elements.get(i);
      add(instruction, instance, move, load ? List.of(element, place) : List.of(place, element));
    }
  }

  private void call(Statement.Instruction instruction, Instance instance) {
    List<Operand> operands = instruction.operands();
    int at = operands.get(0) instanceof Operand.Vector ? 1 : 0;
    if (at >= operands.size() || !(operands.get(at) instanceof Operand.Symbol(_, String name))) {
      throw instruction.refuse("must name the function: calls through pointers are not supported");
    }
    PtxFunction callee = module.functions().get(name);
    if (callee == null || callee.body() == null) {
      throw instruction.refuse("calls '" + name + "', which has no body in this module");
    }
    if (calls.contains(name)) {
      throw instruction.refuse("is recursive, which is not supported");
    }
    Map<Variable, Variable> actual = new HashMap<>();
    bind(instruction, instance, actual, callee.results(), at == 0 ? null : operands.get(0));
    bind(
        instruction,
        instance,
        actual,
        callee.parameters(),
        at + 1 < operands.size() ? operands.get(at + 1) : null);
    instances++;
    String suffix = "#" + instances;
    String end = "end" + suffix;
    calls.push(name);
    expand(callee, new Instance(this, suffix, actual, end));
    calls.pop();
    out.add(new Statement.Label(end));
  }

  private static void bind(
      Statement.Instruction instruction,
      Instance instance,
      Map<Variable, Variable> actual,
      List<Variable> formal,
      Operand given) {
    List<Operand> arguments =
        given instanceof Operand.Vector(List<Operand> elements) ? elements : List.of();
    if (arguments.size() != formal.size()) {
      throw instruction.refuse(
          "passes %d parameters, but the function has %d"
              .formatted(arguments.size(), formal.size()));
    }
    for (int i = 0; i < formal.size(); i++) {
      if (!(arguments.get(i) instanceof Operand.Symbol(Variable variable, _)) || variable == null) {
        throw instruction.refuse("must pass parameters as .param variables");
      }
      actual.put(formal.get(i), instance.actual.getOrDefault(variable, variable));
    }
  }
}
