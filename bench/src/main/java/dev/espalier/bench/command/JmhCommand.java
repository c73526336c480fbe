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
      "  espalier jmh Gemm -p threads=2         with two threads",
      "  espalier jmh Spmm -p \"name=spmm dx csr 512x512x768 0.95\"",
      "                                         any case, also one that no list has",
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
