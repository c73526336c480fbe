package dev.espalier.cuda.emulator.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads modules: what stands outside of function bodies. */
final class Parser {
  private static final int DEFAULT_MAX_THREADS = 1024;

  private final TokenReader in;
  private final Map<Integer, String> files = new HashMap<>();
  private final Scope globals = new Scope(null);
  private final List<Variable> variables = new ArrayList<>();
  private final Map<String, PtxFunction> functions = new LinkedHashMap<>();
  private String version = "";
  private String target = "";

  Parser(List<Token> tokens) {
    in = new TokenReader(tokens);
    // The file table stands at the end of the text, after its uses.
    for (int i = 0; i + 2 < tokens.size(); i++) {
      if (tokens.get(i).is(".file") && tokens.get(i + 2).kind() == Token.Kind.STRING) {
        files.put(Integer.decode(tokens.get(i + 1).text()), tokens.get(i + 2).text());
      }
    }
  }

  PtxModule module() {
    while (!in.atEnd()) {
      topLevel();
    }
    if (version.isEmpty() || target.isEmpty()) {
      throw new PtxException(
          1, "a module starts with .version and .target; this text has not both");
    }
    return new PtxModule(version, target, List.copyOf(variables), Map.copyOf(functions));
  }

  private void topLevel() {
    Token token = in.peek();
    switch (token.text()) {
      case ".version" -> {
        in.next();
        version = in.next().text();
        in.skipLine(token);
      }
      case ".target" -> {
        in.next();
        target = in.word();
        in.skipLine(token);
      }
      case ".address_size" -> {
        in.next();
        if (in.number() != 64) {
          throw new PtxException(token.line(), "only 64-bit addresses are supported");
        }
      }
      case ".file", ".loc" -> {
        in.next();
        in.skipLine(token);
      }
      case ".section" -> {
        in.next();
        in.word();
        in.skipBraces();
      }
      case ".pragma" -> {
        in.next();
        in.next();
        in.expect(";");
      }
      case ".visible", ".weak", ".extern", ".common" -> in.next();
      case ".entry", ".func" -> function();
      case ".global", ".const", ".shared" ->
          Declarations.variables(in)
              .forEach(
                  variable -> {
                    variables.add(variable);
                    globals.declare(variable);
                  });
      default ->
          throw new PtxException(
              token.line(), "'" + token.text() + "' is not known outside functions");
    }
  }

  private void function() {
    boolean entry = in.next().is(".entry");
    List<Variable> results = in.peek().is("(") ? Declarations.parameters(in) : List.of();
    int line = in.peek().line();
    String name = in.word();
    List<Variable> parameters = in.peek().is("(") ? Declarations.parameters(in) : List.of();
    int maxThreads = DEFAULT_MAX_THREADS;
    int minBlocks = 1;
    while (!in.peek().is("{") && !in.peek().is(";")) {
      Token directive = in.next();
      switch (directive.text()) {
        case ".maxntid", ".reqntid" -> maxThreads = extents();
        case ".minnctapersm" -> minBlocks = in.number();
        case ".maxnreg" -> in.number();
        case ".noreturn" -> {}
        default ->
            throw new PtxException(
                directive.line(),
                "'" + directive.text() + "' is not known before a function's body");
      }
    }
    BodyParser body = null;
    if (!in.accept(";")) {
      body = new BodyParser(in, new Scope(globals), files);
      results.forEach(body::declare);
      parameters.forEach(body::declare);
      body.parse();
    } else if (functions.containsKey(name)) {
      return;
    }
    functions.put(
        name,
        new PtxFunction(
            name,
            line,
            entry,
            results,
            parameters,
            body == null ? null : body.statements(),
            body == null ? List.of() : body.variables(),
            maxThreads,
            minBlocks));
  }

  private int extents() {
    int product = in.number();
    while (in.accept(",")) {
      product *= in.number();
    }
    return product;
  }
}
