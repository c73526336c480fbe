package dev.espalier.bench;

import dev.espalier.bench.command.BenchCommand;
import dev.espalier.bench.command.CompileCommand;
import dev.espalier.bench.command.DoctorCommand;
import dev.espalier.bench.command.EvalCommand;
import dev.espalier.bench.command.GpuCommand;
import dev.espalier.bench.command.JmhCommand;
import dev.espalier.bench.command.ListCommand;
import dev.espalier.bench.command.PruneCommand;
import dev.espalier.bench.command.QueryCommand;
import dev.espalier.bench.command.ReproduceCommand;
import dev.espalier.bench.command.SensitivityCommand;
import dev.espalier.bench.command.StudyCommand;
import dev.espalier.bench.command.TrainCommand;
import dev.espalier.bench.command.TuneCommand;
import dev.espalier.bench.machine.Build;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Exit codes: 0 done, 1 failed (one sentence on standard error says why), 2 not
 * understood.
 */
@Command(
    name = "espalier",
    description = "Trains, prunes and measures neural networks.",
    subcommands = {
      StudyCommand.class,
      QueryCommand.class,
      ReproduceCommand.class,
      ListCommand.class,
      TrainCommand.class,
      PruneCommand.class,
      SensitivityCommand.class,
      EvalCommand.class,
      CompileCommand.class,
      TuneCommand.class,
      DoctorCommand.class,
      BenchCommand.class,
      GpuCommand.class,
      JmhCommand.class
    },
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionText.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    usageHelpAutoWidth = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier study                 train, prune, compile, measure; a report at the end",
      "  espalier list                  methods, models, data sets and all that composes",
      "  espalier doctor                what this machine offers",
      "  espalier jmh -l                the benchmarks",
      "  espalier COMMAND --help        what a command takes, with examples"
    })
public final class Main implements Runnable {
  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "On failure, show where it happened.")
  private boolean stackTrace;

  @Spec private CommandSpec spec;

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The parser with all commands, ready to execute. */
  static CommandLine commandLine() {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    JmhCommand.passOptionsOn(line.getSubcommands().get("jmh"));
    return line.setParameterExceptionHandler(Main::explain)
        .setExecutionStrategy(Main::runErrorsIncluded)
        .setExecutionExceptionHandler(main::fail);
  }

  /** Errors, such as a missing library or too little memory, are failures like any other. */
  private static int runErrorsIncluded(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (Error e) {
      Throwable reason =
          e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
      ParseResult failed = parsed;
      while (failed.hasSubcommand()) {
        failed = failed.subcommand();
      }
      CommandLine line = failed.commandSpec().commandLine();
      throw new ExecutionException(line, reason.toString(), reason);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }

  private static int explain(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    String name = line.getCommandSpec().qualifiedName();
    err.println(name + ": " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See " + name + " --help.");
    return CommandLine.ExitCode.USAGE;
  }

  private int fail(Exception e, CommandLine line, ParseResult parsed) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    line.getErr().println(line.getCommandSpec().qualifiedName() + ": " + message);
    if (stackTrace) {
      e.printStackTrace(line.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  static final class VersionText implements IVersionProvider {
    private VersionText() {}

    @Override
    public String[] getVersion() {
      return new String[] {
        "espalier %s (%s), Java %s".formatted(Build.version(), Build.commit(), Runtime.version())
      };
    }
  }
}
