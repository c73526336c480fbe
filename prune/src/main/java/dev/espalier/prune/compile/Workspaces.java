package dev.espalier.prune.compile;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;

/**
 * The idle workspaces of a model: one for each thread that was running at once, for the few batch
 * sizes that were asked for last.
 */
final class Workspaces implements AutoCloseable {
  private static final int BATCH_SIZES = 4;

  private final Program program;

  /** Most recently used first. */
  private final ArrayDeque<Workspace> idle = new ArrayDeque<>();

  private boolean closed;

  Workspaces(Program program) {
    this.program = program;
  }

  /** A workspace that nobody else uses until it is given back. */
  Workspace take(int rows) {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("compiled model: it is closed; compile the module again");
      }
      for (Iterator<Workspace> each = idle.iterator(); each.hasNext(); ) {
        Workspace workspace = each.next();
        if (workspace.rows() == rows) {
          each.remove();
          return workspace;
        }
      }
    }
    return new Workspace(program, rows);
  }

  synchronized void giveBack(Workspace workspace) {
    if (closed) {
      workspace.close();
      return;
    }
    idle.addFirst(workspace);
    int[] kept = idle.stream().mapToInt(Workspace::rows).distinct().limit(BATCH_SIZES).toArray();
    idle.removeIf(
        other -> {
          boolean old = Arrays.stream(kept).noneMatch(rows -> rows == other.rows());
          if (old) {
            other.close();
          }
          return old;
        });
  }

  /** Frees what is idle. */
  synchronized void trim() {
    idle.forEach(Workspace::close);
    idle.clear();
  }

  @Override
  public synchronized void close() {
    closed = true;
    trim();
  }
}
