package dev.espalier.prune;

import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.tensor.sparse.Granularity;

/** The structures by name, one line each. */
public final class Structures {
  private static final Registry<Structure> ALL =
      new Registry<Structure>("structure")
          .with("element", "every weight on its own", ElementStructure::new)
          .with(
              "filter",
              "filters and neurons with all that hangs on them (Li et al. 2016)",
              FilterStructure::new)
          .family(
              "nm-N:M",
              "N of every M neighbours of a row; nm-N:MxR with one pattern for R rows (Mishra et"
                  + " al. 2021)",
              "nm-(\\d+:\\d+(?:x\\d+)?)",
              found -> new NmStructure((Granularity.NOfM) Granularity.parse(found.group(1))));

  private Structures() {}

  /** All of them. */
  public static Registry<Structure> all() {
    return ALL;
  }
}
