package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.sql.Driver;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** Questions to committed results; the answers need the profile that fetches the database. */
final class QueryCommandTest {
  private static final Path RESULTS = Path.of("results/mnist-lenet-300-100-gradual");

  private static boolean hasDatabase() {
    return ServiceLoader.load(Driver.class).stream()
        .anyMatch(it -> it.type().getName().contains("duckdb"));
  }

  private static CommandRun query(Object... arguments) {
    assumeTrue(hasDatabase(), "built without -Pquery");
    Object[] words = new Object[arguments.length + 1];
    words[0] = "query";
    System.arraycopy(arguments, 0, words, 1, arguments.length);
    CommandRun run = CommandRun.of(words);
    assertThat(run.code()).as(run::err).isZero();
    return run;
  }

  @Test
  void meansOverSeedsByRatio() {
    assertThat(
            query(
                    "--csv",
                    "SELECT ratio, count(*) AS n, round(avg(100 * top1), 2) AS top1 FROM results"
                        + " GROUP BY ratio ORDER BY ratio LIMIT 2",
                    RESULTS)
                .out())
        .isEqualTo("ratio,n,top1\n2.0,3,98.52\n4.0,3,98.5\n");
  }

  @Test
  void whatIsComputedHasColumnsAndTheTableIsAligned() {
    assertThat(
            query(
                    "SELECT ratio, round(compression, 1) AS smaller, change < 1 AS less FROM"
                        + " results WHERE seed = 1 AND ratio = 8",
                    RESULTS)
                .out())
        .isEqualTo("ratio  smaller  less\n-----  -------  ----\n8.0    8.0      true\n");
  }

  @Test
  void layersHaveATableAndSeveralFilesAreOne() {
    assertThat(
            query(
                    "--csv",
                    "SELECT count(DISTINCT model) AS models, count(DISTINCT layer) AS layers FROM"
                        + " layers",
                    RESULTS.resolve("results.jsonl"),
                    "results/mnist-lenet-5-gradual")
                .out())
        .startsWith("models,layers\n2,");
  }

  @Test
  void roundsHaveATable() {
    Path tickets = Path.of("results/studies/lottery-ticket");
    String rounds =
        query(
                "--csv",
                "SELECT round, count(*) AS n, round(avg(density), 3) AS density,"
                    + " bool_and(abs(density * compression - 1) < 1e-6 AND epochs > 0 AND"
                    + " theoretical_speedup > 1 AND abs(change) < 1) AS fits FROM rounds WHERE"
                    + " method = (SELECT min(method) FROM rounds) AND ratio = (SELECT max(ratio)"
                    + " FROM rounds) GROUP BY round ORDER BY round LIMIT 2",
                tickets)
            .out();
    assertThat(rounds).isEqualTo("round,n,density,fits\n1,3,0.801,true\n2,3,0.641,true\n");
  }

  @Test
  void resultsWithoutRoundsHaveAnEmptyTableOfThem() {
    for (Path file : List.of(RESULTS, Path.of("results/studies/snip"))) {
      assertThat(query("--csv", "SELECT count(*) AS n, sum(top1) AS sum FROM rounds", file).out())
          .isEqualTo("n,sum\n0,\n");
    }
    assertThat(
            query(
                    "--csv",
                    "SELECT count(*) > 0 AS some FROM rounds",
                    RESULTS,
                    "results/studies/lottery-ticket")
                .out())
        .isEqualTo("some\ntrue\n");
  }

  @Test
  void questionThatIsNotUnderstoodIsRefused() {
    assumeTrue(hasDatabase(), "built without -Pquery");
    CommandRun run = CommandRun.of("query", "SELECT metod FROM results", RESULTS);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("metod").doesNotContain("\tat ");
  }

  @Test
  void missingFileIsNamed() {
    CommandRun run = CommandRun.of("query", "FROM results", "nowhere");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("there is no file of results nowhere");
  }

  @Test
  void withoutTheDatabaseItIsSaidHowToGetIt() {
    assumeTrue(!hasDatabase(), "built with -Pquery");
    CommandRun run = CommandRun.of("query", "FROM results", RESULTS);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("start with bench/espalier, which fetches it");
  }
}
