package dev.espalier.cuda.emulator.ptx;

import java.util.ArrayList;
import java.util.List;

/** Splits a PTX text into tokens. */
final class Lexer {
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  private Lexer(String text) {
    this.text = text;
  }

  static List<Token> tokens(String text) {
    Lexer lexer = new Lexer(text);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        line++;
        at++;
      } else if (c <= ' ') {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        skipBlockComment();
      } else if (c == '"') {
        string();
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (startsWord(c)) {
        word();
      } else {
        add(Token.Kind.PUNCTUATION, at + 1);
      }
    }
    tokens.add(new Token(Token.Kind.END, "end of text", line));
  }

  private void skipBlockComment() {
    int end = text.indexOf("*/", at + 2);
    if (end < 0) {
      throw new PtxException(line, "comment without end");
    }
    for (int i = at; i < end; i++) {
      if (text.charAt(i) == '\n') {
        line++;
      }
    }
    at = end + 2;
  }

  private void string() {
    int end = text.indexOf('"', at + 1);
    if (end < 0) {
      throw new PtxException(line, "string without end");
    }
    tokens.add(new Token(Token.Kind.STRING, text.substring(at + 1, end), line));
    at = end + 1;
  }

  private void number() {
    int end = at;
    while (end < text.length() && (isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '.')) {
      end++;
    }
    add(Token.Kind.NUMBER, end);
  }

  private void word() {
    // A directive may be followed by its type without a space: .reg.b16
    boolean directive = text.charAt(at) == '.';
    int end = at + 1;
    while (end < text.length()) {
      if (directive && text.charAt(end) == '.') {
        break;
      }
      if (text.startsWith("::", end)) {
        end += 2;
      } else if (isLetterOrDigit(text.charAt(end)) || startsWord(text.charAt(end))) {
        end++;
      } else {
        break;
      }
    }
    add(Token.Kind.WORD, end);
  }

  private void add(Token.Kind kind, int end) {
    tokens.add(new Token(kind, text.substring(at, end), line));
    at = end;
  }

  private static boolean startsWord(char c) {
    return c == '.' || c == '_' || c == '$' || c == '%' || isLetter(c);
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isLetterOrDigit(char c) {
    return isLetter(c) || (c >= '0' && c <= '9');
  }
}
