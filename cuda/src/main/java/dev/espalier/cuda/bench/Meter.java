package dev.espalier.cuda.bench;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.DeviceContext;
import java.util.ArrayList;
import java.util.List;

/** Measures one case: operands, correctness, then time, and the correctness of what was timed. */
final class Meter {
  /** All sets together over the second-level cache. */
  private static final double CACHES = 3;

  private static final int FEWEST_SETS = 2;
  private static final int MOST_SETS = 256;

  /** Of the memory that is free. */
  private static final double MEMORY_SHARE = 0.5;

  private final CudaBackend backend;
  private final DeviceContext context;
  private final Stopwatch watch;
  private final Effort effort;
  private final boolean timed;

  /**
   * @param timed whether the device's events tell the time of a device
   */
  Meter(CudaBackend backend, Effort effort, boolean timed) {
    this.backend = backend;
    this.effort = effort;
    this.timed = timed;
    context = backend.context();
    watch = new Stopwatch(context, effort);
  }

  /**
   * @throws WrongResultException if the result is wrong
   */
  Measurement measure(Case what, Call call, long seed) {
    Operands operands = Operands.draw(what, seed);
    List<OperandSet> sets = new ArrayList<>();
    try {
      int count = sets(what, operands.weights());
      for (int i = 0; i < count; i++) {
        sets.add(OperandSet.of(what, operands, seed, backend.device()));
      }
      List<OperandSet> checked = List.of(sets.getFirst(), sets.getLast());
      erase(checked);
      checked.forEach(call::on);
      double error = worst(what, operands, checked, seed);
      Timing timing = null;
      if (timed) {
        // so that nothing is prepared while the calls are captured
        sets.forEach(call::on);
        erase(checked);
        timing = watch.time(count, set -> call.on(sets.get(set)));
        error = Math.max(error, worst(what, operands, checked, seed));
      }
      return new Measurement(what, timing, count, operands.weights(), error);
    } finally {
      context.synchronize();
      call.close();
      sets.forEach(OperandSet::close);
    }
  }

  private static void erase(List<OperandSet> sets) {
    sets.forEach(set -> set.result().fill(Double.NaN));
  }

  private static double worst(Case what, Operands operands, List<OperandSet> sets, long seed) {
    double worst = 0;
    for (OperandSet set : sets) {
      worst = Math.max(worst, ResultCheck.worst(what, operands, set.result(), seed));
    }
    return worst;
  }

  private int sets(Case what, long weights) {
    if (effort.small()) {
      return FEWEST_SETS;
    }
    double bytes = OperandSet.bytes(what, weights);
    double wanted = Math.ceil(CACHES * context.properties().l2Bytes() / bytes);
    double room = MEMORY_SHARE * context.driver().memory().freeBytes() / bytes;
    return (int) Math.clamp(Math.min(wanted, room), FEWEST_SETS, MOST_SETS);
  }
}
