package dev.espalier.nn.data;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One daemon thread that fills slots in the order of positions; it waits when none is free, so it
 * is never further ahead than there are slots.
 */
final class Prefetcher {
  /** Fills a slot with the batch at a position and returns the position after it. */
  interface Filler {
    DataLoader.Position fill(BatchSlot slot, DataLoader.Position position);
  }

  private record Outcome(BatchSlot slot, Optional<RuntimeException> failure) {}

  private final Filler filler;
  private final BlockingQueue<BatchSlot> free;
  private final BlockingQueue<Outcome> ready = new LinkedBlockingQueue<>();
  private final Thread thread;

  /** Starts at {@code position} with all {@code slots} free. */
  Prefetcher(
      String name, Filler filler, Collection<BatchSlot> slots, DataLoader.Position position) {
    this.filler = filler;
    this.free = new ArrayBlockingQueue<>(slots.size(), false, slots);
    this.thread = Thread.ofPlatform().daemon().name(name).start(() -> run(position));
  }

  private void run(DataLoader.Position start) {
    DataLoader.Position position = start;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        BatchSlot slot = free.take();
        DataLoader.Position next = filler.fill(slot, position);
        ready.add(new Outcome(slot, Optional.empty()));
        position = next;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // stop() asked for the end; nothing is lost
    } catch (Throwable e) { // whatever went wrong here, the consumer must hear of it
      fail("preparing " + position + " failed", e);
    }
  }

  /** The next filled slot; waits for it. */
  BatchSlot take() throws InterruptedException {
    Outcome outcome = ready.take();
    if (outcome.failure().isPresent()) {
      ready.add(outcome); // whoever asks again gets the same answer
      throw outcome.failure().get();
    }
    return outcome.slot();
  }

  /** Gives a slot back for another batch. */
  void recycle(BatchSlot slot) {
    free.add(slot);
  }

  /** Ends the thread and waits for it; a consumer that still waits gets an exception. */
  void stop() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    fail("closed while a batch was waited for", null);
  }

  private void fail(String problem, Throwable cause) {
    var failure = new IllegalStateException("data loader: " + problem, cause);
    ready.add(new Outcome(null, Optional.of(failure)));
  }
}
