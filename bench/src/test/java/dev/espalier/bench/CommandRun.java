package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

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

  /**
   * What a command says that must not succeed: one sentence, and after exit code 2, which is for
   * what is not understood, where to read more.
   */
  static String refusal(int code, Object... arguments) {
    CommandRun run = of(arguments);
    assertThat(run.code()).as(run::err).isEqualTo(code);
    assertThat(run.err()).startsWith("espalier " + arguments[0] + ": ").doesNotContain("\tat ");
    assertThat(run.err().lines()).hasSize(code);
    if (code == 2) {
      assertThat(run.err()).endsWith("See espalier " + arguments[0] + " --help.\n");
    }
    return run.err();
  }
}
