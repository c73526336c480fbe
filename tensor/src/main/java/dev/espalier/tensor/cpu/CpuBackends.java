package dev.espalier.tensor.cpu;

import dev.espalier.tensor.spi.Backend;
import java.lang.System.Logger.Level;
import java.util.Locale;

/**
 * Chooses the CPU backend once: the vector one where {@code jdk.incubator.vector} is present,
 * otherwise the scalar reference.
 *
 * <p>The system property {@code espalier.provider} ({@code auto}, {@code scalar}, {@code vector})
 * overrides the choice. The vector classes are loaded by name only after the module was seen, so
 * that their absence is a warning and not a linkage error.
 */
public final class CpuBackends {
  private static final String VECTOR_BACKEND = "dev.espalier.tensor.cpu.vector.VectorBackend";

  private static final class Holder {
    static final Backend ACTIVE = choose(System.getProperty("espalier.provider", "auto"));
  }

  private CpuBackends() {}

  /** The backend that serves the CPU in this process. */
  public static Backend active() {
    return Holder.ACTIVE;
  }

  private static Backend choose(String wanted) {
    return switch (wanted.toLowerCase(Locale.ROOT)) {
      case "scalar" -> new ScalarBackend();
      case "vector" -> vector();
      case "auto" -> vectorModulePresent() ? vector() : scalarWithWarning();
      default ->
          throw new IllegalArgumentException(
              "espalier.provider: '%s' is unknown; use auto, scalar or vector".formatted(wanted));
    };
  }

  private static boolean vectorModulePresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static Backend vector() {
    if (!vectorModulePresent()) {
      throw new IllegalStateException(
          "espalier.provider=vector: the module jdk.incubator.vector is not there; start Java with"
              + " --add-modules jdk.incubator.vector");
    }
    try {
      return Class.forName(VECTOR_BACKEND)
          .asSubclass(Backend.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector backend could not be started: " + e, e);
    }
  }

  private static Backend scalarWithWarning() {
    System.getLogger(CpuBackends.class.getName())
        .log(
            Level.WARNING,
            "The Vector API module is absent, so Espalier runs its scalar kernels, many times"
                + " slower; start Java with --add-modules jdk.incubator.vector");
    return new ScalarBackend();
  }
}
