package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import java.util.List;

/**
 * How long each step of a compiled model takes on one batch size.
 *
 * @param batch rows per call
 * @param rows in the order of computation
 */
public record StepTimes(int batch, List<Row> rows) {
  /**
   * One step.
   *
   * @param step what it computes, with the name of its weight
   * @param output shape of what it writes
   * @param channelMajor whether that lies with its first two axes exchanged
   * @param format of the weight on this batch size; empty where there is none
   * @param micros median over the runs
   */
  public record Row(
      String step, Shape output, boolean channelMajor, String format, double micros) {}

  public StepTimes {
    rows = List.copyOf(rows);
  }

  /** The sum of the steps. */
  public double micros() {
    return rows.stream().mapToDouble(Row::micros).sum();
  }

  /** A table with one line per step and their sum. */
  @Override
  public String toString() {
    String line = "%-32s %-36s %-6s %12s %6s%n";
    double sum = Math.max(micros(), Double.MIN_NORMAL);
    var text = new StringBuilder(line.formatted("step", "output", "format", "us", "%"));
    for (Row row : rows) {
      String layout = row.channelMajor ? " channel-major" : "";
      String share = "%.1f".formatted(100 * row.micros / sum);
      String micros = "%.1f".formatted(row.micros);
      text.append(line.formatted(row.step, row.output + layout, row.format, micros, share));
    }
    return text.append("%.1f us for %d rows".formatted(micros(), batch)).toString();
  }
}
