package dev.espalier.cuda.emulator.ptx;

/**
 * A piece of a PTX text.
 *
 * @param text as written; of a string, what stands between the quotes
 * @param line counted from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    /** A name, register, directive or opcode with its dots. */
    WORD,
    NUMBER,
    STRING,
    PUNCTUATION,
    END
  }

  boolean is(String expected) {
    return text.equals(expected) && kind != Kind.STRING;
  }
}
