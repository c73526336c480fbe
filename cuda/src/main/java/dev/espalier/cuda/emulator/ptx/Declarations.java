package dev.espalier.cuda.emulator.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Reads declarations of memory. */
final class Declarations {
  private Declarations() {}

  /** One declaration up to its semicolon; the state space is next. */
  static List<Variable> variables(TokenReader in) {
    List<Variable> declared = new ArrayList<>();
    StateSpace space = space(in.next());
    int alignment = 0;
    int vector = 1;
    PtxType type = null;
    while (in.peek().text().startsWith(".")) {
      Token token = in.next();
      switch (token.text()) {
        case ".align" -> alignment = in.number();
        case ".v2" -> vector = 2;
        case ".v4" -> vector = 4;
        default -> type = type(token);
      }
    }
    do {
      declared.add(variable(in, space, type, vector, alignment));
    } while (in.accept(","));
    in.expect(";");
    return declared;
  }

  /** A list of parameters in parentheses. */
  static List<Variable> parameters(TokenReader in) {
    List<Variable> parameters = new ArrayList<>();
    in.expect("(");
    while (!in.accept(")")) {
      if (!parameters.isEmpty()) {
        in.expect(",");
      }
      Token first = in.expect(".param");
      int alignment = 0;
      PtxType type = null;
      while (in.peek().text().startsWith(".")) {
        Token token = in.next();
        switch (token.text()) {
          case ".align" -> {
            // The alignment of what a pointer points at comes after its type.
            int value = in.number();
            alignment = type == null ? value : alignment;
          }
          case ".ptr", ".global", ".const", ".shared", ".local" -> {}
          default -> type = type(token);
        }
      }
      if (type == null) {
        throw new PtxException(first.line(), "a parameter needs a type");
      }
      parameters.add(variable(in, StateSpace.PARAM, type, 1, alignment));
    }
    return parameters;
  }

  static PtxType type(Token token) {
    PtxType type = PtxType.find(token.text().substring(1));
    if (type == null) {
      throw new PtxException(token.line(), "'" + token.text() + "' is no type the emulator knows");
    }
    return type;
  }

  private static StateSpace space(Token token) {
    return switch (token.text()) {
      case ".global" -> StateSpace.GLOBAL;
      case ".const" -> StateSpace.CONST;
      case ".shared" -> StateSpace.SHARED;
      case ".local" -> StateSpace.LOCAL;
      case ".param" -> StateSpace.PARAM;
      default -> throw new PtxException(token.line(), "'" + token.text() + "' is no state space");
    };
  }

  private static Variable variable(
      TokenReader in, StateSpace space, PtxType type, int vector, int alignment) {
    Token at = in.peek();
    if (type == null) {
      throw new PtxException(at.line(), "a variable needs a type");
    }
    String name = in.word();
    long bytes = (long) type.bytes() * vector;
    while (in.accept("[")) {
      bytes *= in.peek().is("]") ? 0 : in.number();
      in.expect("]");
    }
    byte[] initial = null;
    if (in.accept("=")) {
      ByteBuffer buffer =
          ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
      initialise(in, type, buffer);
      initial = buffer.array();
    }
    int least = type.bytes() * vector;
    return new Variable(name, space, type, bytes, Math.max(alignment, least), initial);
  }

  private static void initialise(TokenReader in, PtxType type, ByteBuffer buffer) {
    if (in.accept("{")) {
      while (!in.accept("}")) {
        initialise(in, type, buffer);
        in.accept(",");
      }
      return;
    }
    boolean negative = in.accept("-");
    Token token = in.next();
    if (token.kind() != Token.Kind.NUMBER) {
      throw new PtxException(
          token.line(), "only numbers may initialise a variable, not '" + token.text() + "'");
    }
    if (buffer.remaining() < type.bytes()) {
      throw new PtxException(token.line(), "more initial values than the variable has room for");
    }
    long bits = Immediates.as(type, Literal.parse(token, negative));
    switch (type.bytes()) {
      case 1 -> buffer.put((byte) bits);
      case 2 -> buffer.putShort((short) bits);
      case 4 -> buffer.putInt((int) bits);
      default -> buffer.putLong(bits);
    }
  }
}
