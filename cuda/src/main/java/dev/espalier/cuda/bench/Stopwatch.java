package dev.espalier.cuda.bench;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.memory.CapturedStep;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Times calls by events of the device.
 *
 * <p>A pass calls once for each set of operands, and together the sets are larger than the
 * second-level cache, so that every call finds its operands in memory, as a layer of a network
 * does. Where it can be, a pass is captured and replayed, so that short kernels follow each other
 * without gaps.
 */
final class Stopwatch {
  private static final int MOST_PASSES = 201;

  private final DeviceContext context;
  private final Effort effort;

  Stopwatch(DeviceContext context, Effort effort) {
    this.context = context;
    this.effort = effort;
  }

  /** The time of one of the {@code sets} calls of a pass. */
  Timing time(int sets, IntConsumer call) {
    Runnable pass =
        () -> {
          for (int set = 0; set < sets; set++) {
            call.accept(set);
          }
        };
    CapturedStep step = captured(pass);
    try (step) {
      Runnable issue = step == null ? pass : () -> context.replay(step);
      for (double spent = 0; spent < effort.warmUpMillis(); ) {
        spent += Math.max(millis(issue), 0.01);
      }
      List<Double> micros = new ArrayList<>();
      for (double spent = 0;
          micros.size() < MOST_PASSES
              && (micros.size() < effort.fewestPasses() || spent < effort.millis()); ) {
        double millis = millis(issue);
        spent += millis;
        micros.add(millis * 1e3 / sets);
      }
      return Timing.of(micros.stream().mapToDouble(Double::doubleValue).toArray(), step != null);
    }
  }

  /** Null where the calls cannot be captured, as of a library that waits. */
  private CapturedStep captured(Runnable pass) {
    try {
      return context.capture(pass);
    } catch (DriverException | IllegalStateException | UnsupportedOperationException _) {
      return null;
    }
  }

  private double millis(Runnable issue) {
    try (Event start = context.driver().openEvent();
        Event end = context.driver().openEvent()) {
      context.stream().record(start);
      issue.run();
      context.stream().record(end);
      context.stream().synchronize();
      return end.millisSince(start);
    }
  }
}
