package dev.espalier.cuda.emulator.ptx;

import java.util.List;

/** A position in a list of tokens. */
final class TokenReader {
  private final List<Token> tokens;
  private int at;

  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token next() {
    Token token = tokens.get(at);
    if (token.kind() == Token.Kind.END) {
      throw new PtxException(token.line(), "the text ends too early");
    }
    at++;
    return token;
  }

  boolean atEnd() {
    return peek().kind() == Token.Kind.END;
  }

  boolean accept(String text) {
    if (peek().is(text)) {
      at++;
      return true;
    }
    return false;
  }

  Token expect(String text) {
    Token token = next();
    if (!token.is(text)) {
      throw new PtxException(
          token.line(), "expected '%s', but found '%s'".formatted(text, token.text()));
    }
    return token;
  }

  String word() {
    Token token = next();
    if (token.kind() != Token.Kind.WORD) {
      throw new PtxException(token.line(), "expected a name, but found '" + token.text() + "'");
    }
    return token.text();
  }

  int number() {
    Token token = next();
    try {
      return Integer.decode(token.text());
    } catch (NumberFormatException e) {
      throw new PtxException(token.line(), "expected a number, but found '" + token.text() + "'");
    }
  }

  /** Skips what is left of the line that {@code first} stands on. */
  void skipLine(Token first) {
    while (!atEnd() && peek().line() == first.line()) {
      at++;
    }
  }

  /** Skips a block whose opening brace is next. */
  void skipBraces() {
    expect("{");
    for (int depth = 1; depth > 0; ) {
      Token token = next();
      if (token.is("{")) {
        depth++;
      } else if (token.is("}")) {
        depth--;
      }
    }
  }

  /** Whether the token after the next one is {@code text}. */
  boolean secondIs(String text) {
    return at + 1 < tokens.size() && tokens.get(at + 1).is(text);
  }
}
