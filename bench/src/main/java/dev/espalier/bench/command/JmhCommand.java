package dev.espalier.bench.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs the kernel benchmarks. */
@Command(
    name = "jmh",
    description = "Runs the kernel benchmarks: all arguments are JMH's.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier jmh -l                        list the benchmarks",
      "  espalier jmh Gemm                      run those whose name contains Gemm",
      "  espalier jmh Spmm -f 1 -p density=0.1  one fork, one value of a parameter",
      "  espalier jmh -- -h                     JMH's own help"
    })
public final class JmhCommand implements Runnable {
  @Parameters(paramLabel = "ARG", description = "Passed to JMH unchanged.")
  private final List<String> arguments = new ArrayList<>();

  private JmhCommand() {}

  /** Makes a parser of this command take the options that it does not know as arguments. */
  public static void passOptionsOn(CommandLine jmh) {
    jmh.setUnmatchedOptionsArePositionalParams(true);
  }

  @Override
  public void run() {
    try {
      org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException("JMH could not be run: " + e.getMessage(), e);
    }
  }
}
