package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.LaunchShape;

/** The last launches of a stream since it was waited for, for the message of a failure. */
final class RecentLaunches {
  private static final int KEPT = 8;

  private final String[] kernels = new String[KEPT];
  private final LaunchShape[] shapes = new LaunchShape[KEPT];
  private long count;

  RecentLaunches() {
    this(0);
  }

  /** As after {@code count} launches, of which nothing is known. */
  RecentLaunches(long count) {
    this.count = count;
  }

  void add(String kernel, LaunchShape shape) {
    int place = (int) (count % KEPT);
    kernels[place] = kernel;
    shapes[place] = shape;
    count++;
  }

  void clear() {
    count = 0;
  }

  /** The launches, newest first, as the end of a sentence; empty if there were none. */
  String describe() {
    var text = new StringBuilder();
    for (long i = count - 1; i >= Math.max(0, count - KEPT); i--) {
      text.append(text.isEmpty() ? " after " : ", ").append(describe((int) (i % KEPT)));
    }
    if (count > KEPT) {
      text.append(" and ").append(count - KEPT).append(" launches before");
    }
    return text.toString();
  }

  private String describe(int i) {
    Extent grid = shapes[i].grid();
    Extent block = shapes[i].block();
    return "%s<<<(%d, %d, %d), (%d, %d, %d), %d>>>"
        .formatted(
            kernels[i],
            grid.x(),
            grid.y(),
            grid.z(),
            block.x(),
            block.y(),
            block.z(),
            shapes[i].sharedBytes());
  }
}
