package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a compiled model consists of, one row per step.
 *
 * @param rows in the order of computation
 * @param notes what the compiler dropped, and what it had to leave
 */
public record CompiledSummary(List<Row> rows, List<String> notes) {
  /**
   * One step.
   *
   * @param operation what it computes, fused activations included
   * @param weight its weight, where it is a product
   */
  public record Row(String operation, Optional<Weight> weight) {}

  /**
   * The weight of a product, as it is held.
   *
   * @param name dotted, of the parameter it was made from
   * @param shape without dropped channels
   * @param density stored elements as a fraction of all
   * @param format for every batch size, or the formats that some ask for
   * @param family the kernels that multiply with it
   * @param reasons which format runs from how many columns on, and why
   */
  public record Weight(
      String name,
      Shape shape,
      double density,
      String format,
      String family,
      List<String> reasons) {}

  public CompiledSummary {
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  static CompiledSummary of(Program program, List<String> notes) {
    return new CompiledSummary(
        program.instructions().stream().map(instruction -> row(instruction.step())).toList(),
        notes);
  }

  private static Row row(Step step) {
    if (!(step instanceof ProductStep product)) {
      return new Row(step.describe(), Optional.empty());
    }
    ProductWeight weight = product.weight();
    return new Row(
        product.operation() + (product.relu() ? " + relu" : ""),
        Optional.of(
            new Weight(
                product.name(),
                weight.shape(),
                weight.density(),
                weight.formats(),
                weight.family().name().toLowerCase(Locale.ROOT),
                weight.reasons())));
  }

  /** A table with one line per step, then the notes. */
  @Override
  public String toString() {
    String line = "%-24s %-28s %-18s %8s  %-12s %s%n";
    var text = new StringBuilder();
    text.append(line.formatted("operation", "weight", "shape", "density", "kernels", "format"));
    for (Row row : rows) {
      text.append(
          row.weight
              .map(
                  w ->
                      line.formatted(
                          row.operation,
                          w.name,
                          w.shape,
                          "%.3f".formatted(w.density),
                          w.family,
                          w.format))
              .orElse(row.operation + System.lineSeparator()));
    }
    notes.forEach(note -> text.append(note).append(System.lineSeparator()));
    return text.toString();
  }
}
