package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;

/**
 * Cuts the work of a kernel into ranges whose bounds depend on its size alone, never on the number
 * of threads.
 */
final class Parallel {
  /** Elements of cheap elementwise work below which a second thread costs more than it saves. */
  static final long GRAIN = 32 * 1024;

  private Parallel() {}

  /** Half-open. */
  @FunctionalInterface
  interface Range {
    void run(long from, long to);
  }

  /** Runs {@code body} over {@code [0, size)} in ranges of {@code grain}, in any order. */
  static void ranges(long size, long grain, Range body) {
    if (size <= grain) {
      if (size > 0) {
        body.run(0, size);
      }
      return;
    }
    int tasks = Math.toIntExact((size + grain - 1) / grain);
    Workers.run(tasks, task -> body.run(task * grain, Math.min(size, (task + 1) * grain)));
  }

  /** As {@link #ranges} over rows of {@code width} elements each. */
  static void rows(long rows, long width, Range body) {
    ranges(rows, Math.max(1, GRAIN / Math.max(1, width)), body);
  }
}
