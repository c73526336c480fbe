package dev.espalier.bench.study;

import dev.espalier.bench.report.TrialKey;
import dev.espalier.prune.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Hands out what is still to be done: trials whose dense network is ready, in the order of the
 * grid, else the next dense network.
 */
final class Board {
  /** Something to do. */
  sealed interface Job {
    Group group();
  }

  /** A dense network to train or to load. */
  record Dense(Group group) implements Job {}

  /** A trial to run. */
  record Trial(Group group, TrialKey key, Method method) implements Job {}

  private enum State {
    WAITING,
    PREPARING,
    READY
  }

  /** The missing trials of one pair and seed, which share a dense network. */
  static final class Group {
    private final PairRun pair;
    private final long seed;
    private final Deque<Trial> open = new ArrayDeque<>();
    private State state = State.WAITING;
    private DenseRun dense;
    private int unfinished;

    Group(PairRun pair, long seed) {
      this.pair = pair;
      this.seed = seed;
    }

    /** Adds a trial. */
    void add(TrialKey key, Method method) {
      open.add(new Trial(this, key, method));
      unfinished++;
    }

    PairRun pair() {
      return pair;
    }

    long seed() {
      return seed;
    }

    boolean isEmpty() {
      return unfinished == 0;
    }

    /** The dense network, once it is ready. */
    DenseRun dense() {
      return dense;
    }
  }

  private final List<Group> groups;
  private boolean stopped;

  Board(List<Group> groups) {
    this.groups = new ArrayList<>(groups);
    this.groups.removeIf(Group::isEmpty);
  }

  /** The next thing to do, after waiting for it if need be; null if nothing is left. */
  synchronized Job take() throws InterruptedException {
    while (!stopped && !groups.isEmpty()) {
      for (Group group : groups) {
        if (group.state == State.READY && !group.open.isEmpty()) {
          return group.open.remove();
        }
      }
      boolean more = false;
      for (Group group : groups) {
        if (group.state == State.WAITING) {
          group.state = State.PREPARING;
          return new Dense(group);
        }
        more |= group.state == State.PREPARING;
      }
      if (!more) {
        return null;
      }
      wait();
    }
    return null;
  }

  /** A dense network is there. */
  synchronized void ready(Group group, DenseRun dense) {
    group.dense = dense;
    group.state = State.READY;
    notifyAll();
  }

  /** A trial is over, well or badly. */
  synchronized void finished(Trial trial) {
    if (--trial.group.unfinished == 0) {
      close(trial.group);
    }
  }

  /** Without its dense network none of a group's trials can run. */
  synchronized List<Trial> abandon(Group group) {
    List<Trial> lost = List.copyOf(group.open);
    group.open.clear();
    group.unfinished = 0;
    close(group);
    return lost;
  }

  /** Nothing more is handed out. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  private void close(Group group) {
    groups.remove(group);
    if (group.dense != null) {
      group.dense.close();
    }
    notifyAll();
  }
}
