package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class QuietTest {
  @Test
  @Timeout(60)
  void nothingElseRunsWhileOneMeasures() throws InterruptedException {
    var quiet = new Quiet(3);
    var working = new AtomicInteger();
    var measured = new AtomicInteger();
    var disturbed = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    quiet.enter();
                    for (int step = 0; step < 200; step++) {
                      working.incrementAndGet();
                      Thread.onSpinWait();
                      working.decrementAndGet();
                      if (step % 50 == 49) {
                        quiet.alone(
                            () -> {
                              disturbed.compareAndSet(false, working.get() != 0);
                              return measured.incrementAndGet();
                            });
                      } else {
                        quiet.pause();
                      }
                    }
                    quiet.leave();
                  }));
    }
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(50));
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(disturbed).isFalse();
    assertThat(measured).hasValue(12);
  }

  @Test
  void oneThreadEachBesideOthersAndAllOfThemAlone() {
    int threads = Threads.count();
    var quiet = new Quiet(2);
    quiet.begin();
    try {
      assertThat(Threads.count()).isEqualTo(1);
      quiet.enter();
      assertThat(quiet.alone(Threads::count)).isEqualTo(threads);
      assertThat(Threads.count()).isEqualTo(1);
      quiet.leave();
    } finally {
      quiet.end();
    }
    assertThat(Threads.count()).isEqualTo(threads);
  }

  @Test
  @Timeout(60)
  void memoryIsGivenUpToTheBudgetAndMoreOnlyToOneAlone() throws Exception {
    var budget = new MemoryBudget(10);
    budget.take(6);
    var got = new AtomicBoolean();
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    budget.take(5);
                    got.set(true);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    waiting.join(100);
    assertThat(got).as("6 + 5 is too much").isFalse();
    budget.take(4);
    budget.give(6);
    waiting.join();
    assertThat(got).isTrue();
    budget.give(4);
    budget.give(5);
    budget.take(100);
    budget.give(100);
  }
}
