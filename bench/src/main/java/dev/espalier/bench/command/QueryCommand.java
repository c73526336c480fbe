package dev.espalier.bench.command;

import dev.espalier.bench.report.ResultDatabase;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the results of studies in SQL. */
@Command(
    name = "query",
    description = {
      "Asks the results of studies in SQL, by DuckDB; the launcher fetches that once, some 85 MB.",
      "The table 'results' has a row per trial: the keys of results.jsonl and compression,"
          + " theoretical_speedup, measured_speedup and change (of top-1). The table 'layers' has a"
          + " row per layer of each trial; 'rounds' one per round of each trial that has several,"
          + " where compression is what the round reached and ratio what the trial was asked for."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier query 'SELECT method, ratio, avg(change), stddev(change) FROM results GROUP BY"
          + " ALL ORDER BY ALL' runs/standard",
      "  espalier query 'SELECT layer, avg(nonzero / params) FROM layers WHERE ratio = 32 GROUP BY"
          + " layer' runs/a/results.jsonl runs/b/results.jsonl",
      "  espalier query 'SELECT method, round, avg(compression), avg(top1) FROM rounds GROUP BY ALL"
          + " ORDER BY ALL' runs/lottery-ticket",
      "  espalier query --csv 'FROM results' runs/standard > results.csv",
      "  espalier query 'DESCRIBE results' runs/standard"
    })
public final class QueryCommand implements Callable<Integer> {
  @Option(names = "--csv", description = "Print comma-separated values instead of a table.")
  private boolean csv;

  @Parameters(index = "0", paramLabel = "SQL", description = "The question.")
  private String sql;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files of results, or folders with a results.jsonl.")
  private List<Path> files = new ArrayList<>();

  @Spec private CommandSpec spec;

  private QueryCommand() {}

  @Override
  public Integer call() throws SQLException {
    List<Path> found = files.stream().map(this::results).toList();
    PrintWriter out = spec.commandLine().getOut();
    try (ResultDatabase database = ResultDatabase.of(found)) {
      ResultDatabase.Answer answer = ask(database);
      out.print(csv ? answer.csv() : answer.table());
    }
    out.flush();
    return 0;
  }

  private ResultDatabase.Answer ask(ResultDatabase database) {
    try {
      return database.ask(sql);
    } catch (SQLException e) {
      throw new ParameterException(
          spec.commandLine(), e.getMessage().lines().findFirst().orElse("no SQL"), e);
    }
  }

  private Path results(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve("results.jsonl") : path;
    if (!Files.isReadable(file)) {
      throw new ParameterException(spec.commandLine(), "there is no file of results " + file);
    }
    return file;
  }
}
