package dev.espalier.bench.study;

import dev.espalier.nn.Names;
import dev.espalier.prune.Registry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The study files that come with Espalier, from the folder {@code bench/studies}. */
public final class BuiltInStudies {
  private static final Map<String, String> ALL = new LinkedHashMap<>();

  static {
    ALL.put(
        "standard",
        "the protocol of Blalock et al. (2020): three pairs, five baselines, five ratios, three"
            + " seeds; hours");
    ALL.put("standard-smoke", "the same in small on generated images; two minutes");
  }

  private BuiltInStudies() {}

  /** Their names and what they are. */
  public static List<Registry.Entry> entries() {
    return ALL.entrySet().stream()
        .map(it -> new Registry.Entry(it.getKey(), it.getValue()))
        .toList();
  }

  /**
   * A study from a file or, if there is no such file, a built-in one.
   *
   * @throws IllegalArgumentException if it is neither, or not a valid study
   */
  public static StudyPlan read(String fileOrName, StudyFile.Here here) throws IOException {
    Path file = Path.of(fileOrName);
    if (Files.exists(file)) {
      return StudyFile.read(file, here);
    }
    if (!ALL.containsKey(fileOrName)) {
      if (fileOrName.contains("/") || fileOrName.contains(".")) {
        throw new IllegalArgumentException("there is no study file " + fileOrName);
      }
      throw Names.unknown("study", fileOrName, ALL.keySet());
    }
    try (InputStream in = BuiltInStudies.class.getResourceAsStream(fileOrName + ".yaml")) {
      return StudyFile.read(fileOrName + ".yaml", in, here);
    }
  }
}
