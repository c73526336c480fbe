package dev.espalier.bench.study;

import dev.espalier.bench.report.ResultStore;
import dev.espalier.bench.report.TrialKey;
import dev.espalier.bench.report.TrialResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The threads that take trials from the board, run them and store what they find. */
final class Crew {
  private final Desk desk;
  private final ResultStore store;
  private final MemoryBudget memory;
  private final int atOnce;
  private final int trials;
  private final List<Study.Failure> failures = new ArrayList<>();

  /** What nobody can go on after. */
  private Throwable end;

  Crew(StudyPlan plan, Desk desk, ResultStore store) {
    this.desk = desk;
    this.store = store;
    memory = new MemoryBudget(plan.limits().memoryBytes());
    atOnce = plan.limits().trials();
    trials = plan.trials();
  }

  /**
   * Runs all that is on the board.
   *
   * @return what failed
   */
  List<Study.Failure> run(Board board) {
    desk.quiet().begin();
    try {
      List<Thread> helpers = new ArrayList<>();
      for (int i = 1; i < atOnce; i++) {
        helpers.add(Thread.ofPlatform().name("espalier-trial-" + i).start(() -> work(board)));
      }
      work(board);
      helpers.forEach(Crew::await);
    } finally {
      desk.quiet().end();
    }
    switch (end) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
    return List.copyOf(failures);
  }

  private static void await(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(Board board) {
    try {
      for (Board.Job job = board.take(); job != null; job = board.take()) {
        PairRun pair = job.group().pair();
        long need =
            job instanceof Board.Trial trial ? pair.memoryNeed(trial.method()) : pair.memoryNeed();
        memory.take(need);
        desk.quiet().enter();
        try {
          run(board, job);
        } finally {
          desk.quiet().leave();
          memory.give(need);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fatal(board, new IllegalStateException("study: interrupted", e));
    } catch (Throwable e) {
      fatal(board, e);
    }
  }

  private synchronized void fatal(Board board, Throwable failure) {
    if (end == null) {
      end = failure;
    } else if (end != failure) {
      end.addSuppressed(failure);
    }
    board.stop();
  }

  private void run(Board board, Board.Job job) {
    switch (job) {
      case Board.Dense dense -> prepare(board, dense.group());
      case Board.Trial trial -> {
        try {
          run(trial);
        } finally {
          board.finished(trial);
        }
      }
    }
  }

  private void prepare(Board board, Board.Group group) {
    String name = "dense %s, seed %d".formatted(group.pair().pair().name(), group.seed());
    try {
      DenseRun dense = DenseRun.of(group.pair(), group.seed(), desk);
      desk.progress().say("%s: top-1 %.2f %%".formatted(name, 100 * dense.metrics().top1()));
      board.ready(group, dense);
    } catch (RuntimeException e) {
      for (Board.Trial lost : board.abandon(group)) {
        desk.skip(group.pair(), group.pair().steps(lost.method(), lost.key().ratio()), true);
      }
      fail(name, e);
    }
  }

  private void run(Board.Trial trial) {
    TrialKey key = trial.key();
    PairRun pair = trial.group().pair();
    long start = System.nanoTime();
    try {
      TrialResult result =
          new TrialRunner(pair, desk).run(key, trial.method(), trial.group().dense());
      store.append(result);
      desk.forecast().trial(pair.work(), Math.max(0, seconds(start) - result.trainSeconds()));
      desk.progress()
          .say(
              "%s%s: top-1 %.2f %% (dense %.2f), %.1f× smaller, %.2f× faster"
                  .formatted(
                      position(),
                      key,
                      100 * result.pruned().top1(),
                      100 * result.dense().top1(),
                      result.compression(),
                      result.measuredSpeedup()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      desk.skip(pair, 0, true);
      fail(key.toString(), e);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Such as {@code [12 of 225, 48 min left] }. */
  private String position() {
    Optional<Duration> left = desk.forecast().left();
    return "[%d of %d%s] "
        .formatted(
            store.trials().size(),
            trials,
            left.map(it -> ", " + Forecast.text(it) + " left").orElse(""));
  }

  private synchronized void fail(String what, RuntimeException failure) {
    String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    failures.add(
        new Study.Failure(
            what + ": " + reason,
            failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException));
    desk.progress().say("FAILED " + what + ": " + reason);
  }
}
