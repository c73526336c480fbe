package dev.espalier.bench.reproduce;

import java.io.IOException;
import java.util.List;

/**
 * Something the literature claims that is no point of a study's grid of networks, methods, ratios
 * and seeds, checked by code of its own.
 */
public interface Experiment {
  /** Name for the command line and the results. */
  String name();

  /** One sentence, with the paper. */
  String description();

  /** The names of the data sets that it needs. */
  List<String> data();

  /** The seeds that its limits are meant for. */
  default List<Long> seeds() {
    return List.of(1L, 2L, 3L);
  }

  /**
   * Trains, prunes and measures.
   *
   * @throws IOException if its data cannot be read
   */
  List<Finding> run(Lab lab) throws IOException;
}
