package dev.espalier.bench.measure;

import java.util.List;

/** One line of results. */
public sealed interface Row permits KernelRow, ModelRow {
  /** What a later measurement of the same thing replaces. */
  List<Object> key();
}
