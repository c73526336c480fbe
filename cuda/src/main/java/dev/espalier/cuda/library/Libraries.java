package dev.espalier.cuda.library;

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
        public void close() {}
      };

  /** Dense products, or empty if the library is absent, which is logged once. */
  Optional<DenseLibrary> dense();

  /** Sparse products, or empty if the library is absent, which is logged once. */
  Optional<SparseLibrary> sparse();

  @Override
  void close();
}
