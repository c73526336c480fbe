package dev.espalier.cuda.context;

import dev.espalier.tensor.ops.TunedCrossover;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * The tables that choose between sparse and dense kernels on a device, one for each {@link
 * Precision}, since tensor cores serve dense products first.
 *
 * <p>The library's own hold published break-evens that were not measured here. Those that {@code
 * espalier gpu tune} measured for a device are used instead from then on, so results belong beside
 * the digest of the table. {@code -Despalier.cuda.crossover=library} keeps to the library's own, a
 * file there serves every precision.
 */
public final class CrossoverTables {
  /** The system property that names the tables. */
  public static final String PROPERTY = "espalier.cuda.crossover";

  private static final String TUNED = "tuned";
  private static final String LIBRARY = "library";

  private final Map<Precision, Crossover> tables;

  private CrossoverTables(Map<Precision, Crossover> tables) {
    this.tables = tables;
  }

  /** The library's own. */
  public static CrossoverTables library() {
    Crossover float32 = resource("crossover-float32.txt");
    Crossover tensorCores = resource("crossover-tensor-cores.txt");
    var tables = new EnumMap<Precision, Crossover>(Precision.class);
    for (Precision precision : Precision.values()) {
      tables.put(precision, precision == Precision.FLOAT32 ? float32 : tensorCores);
    }
    return new CrossoverTables(tables);
  }

  /**
   * Those that a wish names.
   *
   * @param wish {@code tuned}, {@code library} or a file
   * @param device the product name, by which measured tables are found
   * @throws IllegalArgumentException if the file is no table, naming the line, or cannot be read
   */
  public static CrossoverTables of(String wish, String device) {
    return switch (wish) {
      case LIBRARY -> library();
      case TUNED -> tuned(device);
      default -> everywhere(Path.of(wish));
    };
  }

  /** As {@link #of}, with what {@value #PROPERTY} says, by default {@code tuned}. */
  public static CrossoverTables asked(String device) {
    return of(System.getProperty(PROPERTY, TUNED), device);
  }

  /** Where the table that was measured for a device lies. */
  public static Path tunedFile(String device, Precision precision) {
    return TunedCrossover.file(device + " " + precision);
  }

  /** The table for the calling thread's {@link Precision}. */
  public Crossover current() {
    return tables.get(Precision.current());
  }

  private static CrossoverTables tuned(String device) {
    Map<Precision, Crossover> tables = library().tables;
    tables.replaceAll(
        (precision, own) ->
            TunedCrossover.load(
                tunedFile(device, precision),
                own,
                "espalier gpu tune --precision " + label(precision)));
    return new CrossoverTables(tables);
  }

  private static CrossoverTables everywhere(Path file) {
    Crossover table;
    try {
      table = Crossover.parse(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "-D%s=%s cannot be read (%s); it takes a table's file, %s or %s"
              .formatted(PROPERTY, file, e, TUNED, LIBRARY),
          e);
    }
    var tables = new EnumMap<Precision, Crossover>(Precision.class);
    for (Precision precision : Precision.values()) {
      tables.put(precision, table);
    }
    return new CrossoverTables(tables);
  }

  private static String label(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  private static Crossover resource(String name) {
    try (InputStream in = CrossoverTables.class.getResourceAsStream(name)) {
      return Crossover.resource(in, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
