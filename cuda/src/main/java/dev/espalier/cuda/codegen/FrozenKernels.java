package dev.espalier.cuda.codegen;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.Program;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The compiled kernels of frozen weights on one device, found by a hash of weight and geometry.
 *
 * <p>Of the tiles that a weight may be compiled with, the fastest is kept: by time on a device, by
 * {@link FrozenTuner} on the emulator, whose clock is the host's.
 */
final class FrozenKernels implements AutoCloseable {
  private static final int MEASUREMENTS = 5;

  private record Compiled(Program program, FrozenTile tile) {}

  private final DeviceContext context;
  private final Map<String, Compiled> known = new HashMap<>();

  FrozenKernels(DeviceContext context) {
    this.context = context;
  }

  /** How many kernels are kept. */
  synchronized int size() {
    return known.size();
  }

  /**
   * Runs a weight's kernel, which is generated, tuned with these operands and compiled if it is not
   * known yet.
   *
   * @param in where place 0 lies
   * @param items positions of all images
   */
  synchronized void run(FrozenWeight weight, String digest, Tensor in, Tensor out, int items) {
    Compiled compiled = known.get(digest);
    if (compiled == null) {
      compiled = tuned(weight, in, out, items);
      known.put(digest, compiled);
    }
    launch(compiled, weight, in, out, items);
  }

  private Compiled tuned(FrozenWeight weight, Tensor in, Tensor out, int items) {
    List<FrozenTile> tiles = FrozenTile.candidates(weight);
    if (context.driver() instanceof EmulatedDriver) {
      FrozenTile best = tiles.getFirst();
      for (FrozenTile tile : tiles) {
        if (cycles(weight, tile, items) < cycles(weight, best, items)) {
          best = tile;
        }
      }
      return compile(weight, best);
    }
    Compiled best = null;
    float fastest = Float.POSITIVE_INFINITY;
    for (FrozenTile tile : tiles) {
      Compiled candidate = compile(weight, tile);
      float millis = measure(candidate, weight, in, out, items);
      if (millis < fastest) {
        if (best != null) {
          best.program.close();
        }
        best = candidate;
        fastest = millis;
      } else {
        candidate.program.close();
      }
    }
    return best;
  }

  private double cycles(FrozenWeight weight, FrozenTile tile, int items) {
    return FrozenTuner.cycles(weight, tile, items, context.properties());
  }

  private Compiled compile(FrozenWeight weight, FrozenTile tile) {
    return new Compiled(context.driver().load(FrozenCode.of(weight, tile)), tile);
  }

  /** The median time of some launches after one that warms up. */
  private float measure(Compiled kernel, FrozenWeight weight, Tensor in, Tensor out, int items) {
    CommandStream stream = context.stream();
    launch(kernel, weight, in, out, items);
    float[] millis = new float[MEASUREMENTS];
    try (Event start = context.driver().openEvent();
        Event end = context.driver().openEvent()) {
      for (int i = 0; i < MEASUREMENTS; i++) {
        stream.record(start);
        launch(kernel, weight, in, out, items);
        stream.record(end);
        end.synchronize();
        millis[i] = end.millisSince(start);
      }
    }
    Arrays.sort(millis);
    return millis[MEASUREMENTS / 2];
  }

  private void launch(Compiled kernel, FrozenWeight weight, Tensor in, Tensor out, int items) {
    long blocks = Launch.ceilDiv(items, (long) FrozenTile.THREADS * kernel.tile.vector());
    context
        .launch(kernel.program.kernel(FrozenCode.ENTRY))
        .tensor(in)
        .tensor(out)
        .int32(items)
        .run(
            Extent.of(Launch.gridX("frozen weight", blocks), kernel.tile.groups(weight)),
            Extent.of(FrozenTile.THREADS));
  }

  /** Unloads what was compiled. */
  @Override
  public synchronized void close() {
    context.synchronize();
    known.values().forEach(compiled -> compiled.program.close());
    known.clear();
  }
}
