package dev.espalier.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows from files; of several measurements of one thing the last counts.
 *
 * @param warnings what was left aside
 */
public record Results(List<KernelRow> kernels, List<ModelRow> models, List<String> warnings) {
  private static final long LARGEST_FILE = 256L << 20;

  /** Copies the lists. */
  public Results {
    kernels = List.copyOf(kernels);
    models = List.copyOf(models);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads files of JSON Lines.
   *
   * @throws IllegalArgumentException if a line is not a row; a last line that was cut short is only
   *     a warning
   */
  public static Results read(List<Path> files) throws IOException {
    Map<List<Object>, KernelRow> kernels = new LinkedHashMap<>();
    Map<List<Object>, ModelRow> models = new LinkedHashMap<>();
    List<String> warnings = new ArrayList<>();
    for (Path file : files) {
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).isBlank()) {
          continue;
        }
        try {
          switch (RowJson.read(lines.get(i))) {
            case KernelRow row -> kernels.put(row.key(), row);
            case ModelRow row -> models.put(row.key(), row);
          }
        } catch (IllegalArgumentException e) {
          String problem = "%s, line %d: %s".formatted(file, i + 1, e.getMessage());
          if (i < lines.size() - 1) {
            throw new IllegalArgumentException(problem, e);
          }
          warnings.add(problem + "; left aside");
        }
      }
    }
    return new Results(List.copyOf(kernels.values()), List.copyOf(models.values()), warnings);
  }

  private static List<String> lines(Path file) throws IOException {
    if (Files.size(file) > LARGEST_FILE) {
      throw new IllegalArgumentException(
          "%s: %d bytes are more than results can have".formatted(file, Files.size(file)));
    }
    return Files.readAllLines(file, StandardCharsets.UTF_8);
  }
}
