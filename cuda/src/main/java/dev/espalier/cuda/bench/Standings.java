package dev.espalier.cuda.bench;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The measurements so far, and which of them one is compared with. */
final class Standings {
  private final List<Library> libraries;
  private final Map<Case, Measurement> measured = new HashMap<>();

  Standings(List<Library> libraries) {
    this.libraries = libraries;
  }

  boolean has(Case what) {
    return measured.containsKey(what);
  }

  void add(Measurement found) {
    measured.put(found.what(), found);
  }

  Collection<Measurement> all() {
    return measured.values();
  }

  /** The fastest dense product of the layer in the same type, else in float32; or null. */
  Measurement denseBeside(Case what) {
    Measurement same = fastest(what.dense(Case.OURS), libraries);
    return same != null
        ? same
        : fastest(
            new Case(what.layer(), what.pass(), Format.DENSE, NumberType.F32, 0, Case.OURS),
            libraries);
  }

  /** The fastest sparse product of the same case by NVIDIA's libraries; or null. */
  Measurement libraryBeside(Case what) {
    return isOurs(what.by())
        ? fastest(what, libraries.stream().filter(library -> !isOurs(library.name())).toList())
        : null;
  }

  private static boolean isOurs(String whose) {
    return whose.startsWith(Case.OURS);
  }

  private Measurement fastest(Case what, List<Library> among) {
    Measurement best = null;
    for (Library library : among) {
      Measurement found = measured.get(what.by(library.name()));
      if (found != null
          && found.timing() != null
          && (best == null || found.timing().micros() < best.timing().micros())) {
        best = found;
      }
    }
    return best;
  }
}
