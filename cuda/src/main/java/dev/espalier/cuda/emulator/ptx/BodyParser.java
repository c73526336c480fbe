package dev.espalier.cuda.emulator.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the body of one function. */
final class BodyParser {
  private final TokenReader in;
  private final Map<Integer, String> files;
  private final List<Statement> statements = new ArrayList<>();
  private final List<Variable> variables = new ArrayList<>();
  private Scope scope;
  private SourceLine source;

  BodyParser(TokenReader in, Scope scope, Map<Integer, String> files) {
    this.in = in;
    this.scope = scope;
    this.files = files;
  }

  List<Statement> statements() {
    return List.copyOf(statements);
  }

  List<Variable> variables() {
    return List.copyOf(variables);
  }

  void declare(Variable parameter) {
    scope.declare(parameter);
  }

  void parse() {
    in.expect("{");
    for (int depth = 1; depth > 0; ) {
      Token token = in.peek();
      if (token.is("{")) {
        in.next();
        scope = new Scope(scope);
        depth++;
      } else if (token.is("}")) {
        in.next();
        scope = scope.outer();
        depth--;
      } else {
        statement(token);
      }
    }
  }

  private void statement(Token token) {
    switch (token.text()) {
      case ".loc" -> loc();
      case ".reg" -> registers();
      case ".local", ".shared", ".param" ->
          Declarations.variables(in)
              .forEach(
                  variable -> {
                    scope.declare(variable);
                    variables.add(variable);
                  });
      case ".pragma" -> {
        in.next();
        in.next();
        in.expect(";");
      }
      case ";" -> in.next();
      default -> {
        if (in.secondIs(":")) {
          statements.add(new Statement.Label(in.word()));
          in.expect(":");
        } else {
          statements.add(instruction());
        }
      }
    }
  }

  private void loc() {
    Token first = in.next();
    int file = in.number();
    int line = in.number();
    in.skipLine(first);
    source = new SourceLine(files.getOrDefault(file, "file " + file), line);
  }

  private void registers() {
    in.next();
    PtxType type = Declarations.type(in.next());
    do {
      String name = in.word();
      if (in.accept("<")) {
        scope.declareFamily(name, in.number(), type);
        in.expect(">");
      } else {
        scope.declare(name, type);
      }
    } while (in.accept(","));
    in.expect(";");
  }

  private Statement.Instruction instruction() {
    Token first = in.peek();
    Operand.Reg guard = null;
    if (in.accept("@")) {
      boolean negated = in.accept("!");
      Token name = in.next();
      guard = new Operand.Reg(register(name), negated);
    }
    String opcode = in.word();
    List<Operand> operands = new ArrayList<>();
    while (!in.accept(";")) {
      if (!operands.isEmpty()) {
        in.expect(",");
      }
      operands.add(operand());
    }
    return new Statement.Instruction(first.line(), source, guard, opcode, List.copyOf(operands));
  }

  private Operand operand() {
    Operand first = single();
    if (in.accept("|")) {
      return new Operand.Pair(first, single());
    }
    return first;
  }

  private Operand single() {
    Token token = in.next();
    return switch (token.text()) {
      case "{" -> list("}");
      case "(" -> list(")");
      case "[" -> {
        Operand base = single();
        Operand.Address address =
            base instanceof Operand.Address known ? known : new Operand.Address(base, offset());
        in.expect("]");
        yield address;
      }
      case "!" -> new Operand.Reg(register(in.next()), true);
      case "-" -> Literal.parse(in.next(), true);
      case "_" -> new Operand.Ignored();
      default -> token.kind() == Token.Kind.NUMBER ? Literal.parse(token, false) : named(token);
    };
  }

  private Operand.Vector list(String end) {
    List<Operand> elements = new ArrayList<>();
    while (!in.accept(end)) {
      if (!elements.isEmpty()) {
        in.expect(",");
      }
      elements.add(single());
    }
    return new Operand.Vector(List.copyOf(elements));
  }

  private Operand named(Token token) {
    if (token.kind() != Token.Kind.WORD) {
      throw new PtxException(token.line(), "'" + token.text() + "' is no operand");
    }
    String name = token.text();
    if (name.equals("WARP_SZ")) {
      return new Operand.Immediate(32, PtxType.S64);
    }
    Register register = scope.register(name);
    if (register != null) {
      return new Operand.Reg(register, false);
    }
    if (name.startsWith("%")) {
      return new Operand.Special(name);
    }
    Operand.Symbol symbol = new Operand.Symbol(scope.variable(name), name);
    return in.peek().is("+") || in.peek().is("-") ? new Operand.Address(symbol, offset()) : symbol;
  }

  private long offset() {
    boolean negative = false;
    if (in.accept("-")) {
      negative = true;
    } else if (in.accept("+")) {
      negative = in.accept("-");
    } else {
      return 0;
    }
    return Literal.parse(in.next(), negative).bits();
  }

  private Register register(Token token) {
    Register register = scope.register(token.text());
    if (register == null) {
      throw new PtxException(token.line(), "'" + token.text() + "' is not declared");
    }
    return register;
  }
}
