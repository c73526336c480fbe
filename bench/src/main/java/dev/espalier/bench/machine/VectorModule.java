package dev.espalier.bench.machine;

import java.util.OptionalInt;

/** The JDK's Vector API, which is there only if Java was started with it. */
public final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";

  private VectorModule() {}

  /**
   * The width of the vectors that the API prefers here, in bits; empty without the module.
   *
   * <p>Reads the API by reflection, as only the vector backend may refer to it.
   */
  public static OptionalInt preferredBits() {
    if (ModuleLayer.boot().findModule(NAME).isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      Object species = Class.forName(NAME + ".FloatVector").getField("SPECIES_PREFERRED").get(null);
      Object bits =
          Class.forName(NAME + ".VectorSpecies").getMethod("vectorBitSize").invoke(species);
      return OptionalInt.of((int) bits);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(NAME + " does not look as expected: " + e, e);
    }
  }
}
