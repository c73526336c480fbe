package dev.espalier.cuda.library;

import java.util.List;
import java.util.Optional;

/** The vendor's libraries of one device, each loaded when it is first asked for. */
public interface Libraries extends AutoCloseable {
  /** There are none, as on an emulated device. */
  Libraries NONE =
      new Libraries() {
        @Override
        public Optional<DenseLibrary> dense() {
          return Optional.empty();
        }

        @Override
        public Optional<SparseLibrary> sparse() {
          return Optional.empty();
        }

        @Override
        public List<String> absences() {
          return List.of("NVIDIA's libraries are not used on this device");
        }

        @Override
        public void close() {}
      };

  /** Dense products, or empty if the library is absent, which is logged once. */
  Optional<DenseLibrary> dense();

  /**
   * Sparse products, or empty if the library is absent, which is logged once. No operation needs
   * them: our own kernels do every sparse product, and are compared with these.
   */
  Optional<SparseLibrary> sparse();

  /** A sentence for each library that was asked for and is absent: why, and what works instead. */
  List<String> absences();

  @Override
  void close();
}
