package dev.espalier.prune.structure;

import dev.espalier.prune.Structure;
import dev.espalier.tensor.sparse.Granularity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The structures by name, as the command line and studies give them. */
public final class Structures {
  private static final String NM = "nm-";
  private static final Map<String, Structure> PLAIN = new LinkedHashMap<>();

  static {
    for (Structure structure :
        List.of(
            new ElementStructure(),
            new KernelStructure(),
            new FilterShapeStructure(),
            new FilterStructure(),
            new InputChannelStructure(),
            new NeuronStructure(),
            new HeadStructure(),
            new BranchStructure())) {
      PLAIN.put(structure.name(), structure);
    }
  }

  private Structures() {}

  /** All names; those with capital letters stand for any sizes in their places. */
  public static List<String> names() {
    return Stream.concat(
            PLAIN.keySet().stream(),
            Stream.of("row-vector-N", "column-vector-N", "block-HxW", "nm-N:M", "nm-N:MxROWS"))
        .toList();
  }

  /**
   * A structure by name.
   *
   * @throws IllegalArgumentException listing the known names
   */
  public static Structure get(String name) {
    Structure plain = PLAIN.get(name);
    return plain != null
        ? plain
        : sized(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "structure '%s' is unknown; known are %s"
                            .formatted(name, String.join(", ", names()))));
  }

  private static Optional<Structure> sized(String name) {
    if (!name.matches("(row-vector-|column-vector-|block-|nm-).+")) {
      return Optional.empty();
    }
    boolean nm = name.startsWith(NM);
    Granularity granularity;
    try {
      granularity = Granularity.parse(nm ? name.substring(NM.length()) : name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("structure '%s': %s".formatted(name, e.getMessage()), e);
    }
    return Optional.ofNullable(
        switch (granularity) {
          case Granularity.RowVector(int n) when !nm -> new RowVectorStructure(n);
          case Granularity.ColumnVector(int n) when !nm -> new ColumnVectorStructure(n);
          case Granularity.Block(int height, int width) when !nm ->
              new BlockStructure(height, width);
          case Granularity.NOfM pattern when nm -> new NmStructure(pattern);
          default -> null;
        });
  }
}
