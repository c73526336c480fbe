package dev.espalier.bench;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * One run of the command line inside this process.
 *
 * @param code the exit code
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int code, String out, String err) {
  static CommandRun of(Object... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words);
    return new CommandRun(code, out.toString(), err.toString());
  }
}
