package dev.espalier.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class WorkersTest {
  private final int threadsBefore = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.setThreads(threadsBefore);
  }

  @Test
  void everyTaskRunsExactlyOnce() {
    for (int threads : new int[] {1, 2, 3, 8}) {
      Workers.setThreads(threads);
      for (int tasks : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
        var runs = new AtomicIntegerArray(tasks);
        Workers.run(tasks, runs::incrementAndGet);
        for (int task = 0; task < tasks; task++) {
          assertThat(runs.get(task)).as("%d threads, task %d/%d", threads, task, tasks).isOne();
        }
      }
    }
  }

  @Test
  void writesOfTasksAreVisibleAfterRun() {
    Workers.setThreads(4);
    for (int round = 0; round < 2000; round++) {
      int[] plain = new int[16];
      Workers.run(plain.length, task -> plain[task] = task + 1);
      for (int task = 0; task < plain.length; task++) {
        assertThat(plain[task]).isEqualTo(task + 1);
      }
    }
  }

  @Test
  void sleepingWorkersWakeUp() throws InterruptedException {
    Workers.setThreads(2);
    for (int round = 0; round < 3; round++) {
      Thread.sleep(20); // longer than the workers spin
      var both = new CountDownLatch(2);
      // Each task waits for the other: one thread alone would never end.
      Workers.run(
          2,
          _ -> {
            both.countDown();
            await(both);
          });
      assertThat(both.getCount()).isZero();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nestedRunsRunInlineInOrder() {
    Workers.setThreads(3);
    var wrong = new AtomicInteger();
    Workers.run(
        8,
        _ -> {
          Thread outer = Thread.currentThread();
          int[] next = {0};
          Workers.run(
              5,
              inner -> {
                if (Thread.currentThread() != outer || next[0]++ != inner) {
                  wrong.incrementAndGet();
                }
              });
          if (next[0] != 5) {
            wrong.incrementAndGet();
          }
        });
    assertThat(wrong).hasValue(0);
  }

  @Test
  void oneThreadRunsInOrderOnTheCaller() {
    Workers.setThreads(1);
    var order = new StringBuilder();
    Thread caller = Thread.currentThread();
    Workers.run(4, task -> order.append(Thread.currentThread() == caller ? task : "x"));
    assertThat(order).hasToString("0123");
  }

  @Test
  void failureReachesTheCallerAndThePoolLivesOn() {
    Workers.setThreads(2);
    assertThatThrownBy(
            () ->
                Workers.run(
                    100,
                    task -> {
                      if (task == 3) {
                        throw new IllegalStateException("task " + task);
                      }
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("task 3");
    var count = new AtomicInteger();
    Workers.run(100, _ -> count.incrementAndGet());
    assertThat(count).hasValue(100);
  }

  @Test
  void simultaneousFailuresAreSuppressedInTheFirst() {
    Workers.setThreads(2);
    var both = new CountDownLatch(2);
    assertThatThrownBy(
            () ->
                Workers.run(
                    2,
                    task -> {
                      both.countDown();
                      await(both);
                      throw new IllegalStateException("task " + task);
                    }))
        .isInstanceOf(IllegalStateException.class)
        .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
  }

  @Test
  void errorsPropagateAsTheyAre() {
    Workers.setThreads(2);
    assertThatThrownBy(
            () ->
                Workers.run(
                    4,
                    _ -> {
                      throw new AssertionError("wrong");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessage("wrong");
  }

  @Test
  void concurrentCallersBothFinish() throws InterruptedException {
    Workers.setThreads(3);
    var count = new AtomicInteger();
    Thread[] callers = new Thread[4];
    for (int i = 0; i < callers.length; i++) {
      callers[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 0; round < 200; round++) {
                      Workers.run(5, _ -> count.incrementAndGet());
                    }
                  });
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(count).hasValue(4 * 200 * 5);
  }

  @Test
  void interruptedCallerStillWaitsAndStaysInterrupted() {
    Workers.setThreads(2);
    var done = new AtomicInteger();
    Thread.currentThread().interrupt();
    Workers.run(
        2,
        _ -> {
          long end = System.nanoTime() + 20_000_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          done.incrementAndGet();
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).hasValue(2);
  }

  @Test
  void setThreadsRefusesLessThanOne() {
    assertThatThrownBy(() -> Workers.setThreads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 threads")
        .hasMessageContaining("1 or more");
  }
}
