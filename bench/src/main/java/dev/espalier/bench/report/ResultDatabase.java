package dev.espalier.bench.report;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;

/**
 * Results as tables of an embedded database, DuckDB, which reads JSON Lines as they are; nothing is
 * copied or kept.
 */
public final class ResultDatabase implements AutoCloseable {
  private static final String URL = "jdbc:duckdb:";

  /** Stated, since where no trial has several rounds, their type cannot be told from the lines. */
  private static final String ROUNDS =
      "STRUCT(round INTEGER, density DOUBLE, ratio DOUBLE, flops BIGINT,"
          + " top1_before_finetune DOUBLE, top1 DOUBLE, epochs INTEGER)[]";

  private final Connection connection;

  private ResultDatabase(Connection connection) {
    this.connection = connection;
  }

  /**
   * What a question was answered.
   *
   * @param columns the names of the columns
   * @param rows their values as text, an empty one for none
   */
  public record Answer(List<String> columns, List<List<String>> rows) {
    /** Aligned columns for a terminal. */
    public String table() {
      TextTable table = new TextTable(columns.size(), columns);
      rows.forEach(table::row);
      return table.plain();
    }

    /** Comma-separated values with a line of names, as RFC 4180 has them. */
    public String csv() {
      StringBuilder text = new StringBuilder();
      append(text, columns);
      rows.forEach(row -> append(text, row));
      return text.toString();
    }

    private static void append(StringBuilder text, List<String> cells) {
      text.append(String.join(",", cells.stream().map(Answer::quoted).toList())).append('\n');
    }

    private static String quoted(String cell) {
      return cell.matches("[^,\"\r\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
  }

  /**
   * Opens results.
   *
   * @throws IllegalStateException if the database is not there
   */
  public static ResultDatabase of(List<Path> files) throws SQLException {
    Connection connection = driver().connect(URL, new Properties());
    try (Statement statement = connection.createStatement()) {
      // It must not fetch anything by itself.
      statement.execute("SET autoinstall_known_extensions = false");
      statement.execute(
          """
          CREATE VIEW results AS
          SELECT *, params / nonzero AS compression, flops_dense / flops AS theoretical_speedup,
            latency_dense_ms / latency_ms AS measured_speedup, top1 - top1_dense AS change
          FROM read_json(%s, format = 'newline_delimited', union_by_name = true)
          """
              .formatted(list(files)));
      statement.execute(
          """
          CREATE VIEW layers AS
          SELECT model, data, method, ratio, seed, layer.name AS layer, layer.shape AS shape,
            layer.params AS params, layer.nonzero AS nonzero, layer.flops AS flops
          FROM (SELECT *, unnest(layers) AS layer FROM results)
          """);
      statement.execute(
          """
          CREATE VIEW rounds AS
          SELECT model, data, method, ratio, seed, one.round AS round, one.density AS density,
            one.ratio AS compression, one.flops AS flops, flops_dense / one.flops AS theoretical_speedup,
            one.top1_before_finetune AS top1_before_finetune, one.top1 AS top1,
            one.top1 - top1_dense AS change, one.epochs AS epochs
          FROM (SELECT *, unnest(%s::%s) AS one FROM results)
          """
              .formatted(hasRounds(statement) ? "rounds" : "NULL", ROUNDS));
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
    return new ResultDatabase(connection);
  }

  /** Results of old versions have no such column. */
  private static boolean hasRounds(Statement statement) throws SQLException {
    try (ResultSet columns =
        statement.executeQuery("SELECT 1 FROM (DESCRIBE results) WHERE column_name = 'rounds'")) {
      return columns.next();
    }
  }

  private static Driver driver() throws SQLException {
    for (Driver driver : ServiceLoader.load(Driver.class)) {
      if (driver.acceptsURL(URL)) {
        return driver;
      }
    }
    throw new IllegalStateException(
        "the database DuckDB is not there; start with bench/espalier, which fetches it, or build"
            + " with the Maven profile 'query'");
  }

  private static String list(List<Path> files) {
    return "["
        + String.join(
            ", ",
            files.stream().map(file -> "'" + file.toString().replace("'", "''") + "'").toList())
        + "]";
  }

  /**
   * Asks a question.
   *
   * @throws SQLException if it is not understood
   */
  public Answer ask(String sql) throws SQLException {
    // Prepared, since only then an error says what is wrong.
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet found = statement.executeQuery()) {
      ResultSetMetaData meta = found.getMetaData();
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= meta.getColumnCount(); i++) {
        columns.add(meta.getColumnLabel(i));
      }
      List<List<String>> rows = new ArrayList<>();
      while (found.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns.size(); i++) {
          Object value = found.getObject(i);
          row.add(value == null ? "" : value.toString());
        }
        rows.add(row);
      }
      return new Answer(List.copyOf(columns), rows);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
