package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.DType;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The struct {@code Work} of tiles.cuh: the extents of a product and how its inner extent is split.
 *
 * @param layers batches or groups
 * @param splits parts of k that are added up afterwards; chosen by the shape alone, as it decides
 *     the result's bits
 * @param depth steps of k of one part
 */
record ProductWork(int m, int n, int k, int layers, int splits, int depth) {
  /** Fewer small tiles than this leave a device idle. */
  private static final int ENOUGH_TILES = 128;

  private static final int FEWEST_STEPS = 512;

  /** Every tile's steps of k divide it. */
  private static final int STEPS = 16;

  static ProductWork of(int m, int n, int k, int layers) {
    long tiles = Tile.SMALL.tiles(m, n) * layers;
    if (k < 2 * FEWEST_STEPS || tiles >= ENOUGH_TILES || tiles == 0) {
      return new ProductWork(m, n, k, layers, 1, Math.max(k, 1));
    }
    int wanted = (int) Math.min(Math.ceilDiv(k, FEWEST_STEPS), 2 * ENOUGH_TILES / tiles);
    int depth = Math.ceilDiv(Math.ceilDiv(k, wanted), STEPS) * STEPS;
    return new ProductWork(m, n, k, layers, Math.ceilDiv(k, depth), depth);
  }

  ByteBuffer build() {
    return new Fields().int32(m).int32(n).int32(k).int32(layers).int32(splits).int32(depth).build();
  }

  long results() {
    return (long) layers * m * n;
  }

  /** A kernel's tile; any tile gives the same bits, but for the precision of tensor cores. */
  record Tile(String name, int extent, int threads) {
    static final Tile SMALL = new Tile("small", 32, 64);
    static final Tile MEDIUM = new Tile("medium", 64, 256);
    static final Tile LARGE = new Tile("large", 128, 256);

    long tiles(int m, int n) {
      return (long) Math.ceilDiv(m, extent) * Math.ceilDiv(n, extent);
    }

    /** The end of the name of the kernel with that tile. */
    String suffix(DType dtype) {
      return equals(SMALL) || equals(MEDIUM) || equals(LARGE)
          ? name + "_" + Operands.name(dtype)
          : name;
    }
  }

  /**
   * The tile of tensor cores, if they were asked for, or the largest that keeps the device busy.
   */
  Tile tile(DeviceContext context, DType dtype, boolean hasLarge) {
    Precision precision = Precision.current();
    if (dtype == DType.FLOAT32 && precision != Precision.FLOAT32) {
      return new Tile(precision.name().toLowerCase(Locale.ROOT), 128, 256);
    }
    if (hasLarge && dtype == DType.FLOAT32 && keepsBusy(context, Tile.LARGE)) {
      return Tile.LARGE;
    }
    return keepsBusy(context, Tile.MEDIUM) ? Tile.MEDIUM : Tile.SMALL;
  }

  private boolean keepsBusy(DeviceContext context, Tile tile) {
    boolean filled = m > tile.extent / 2 && n > tile.extent / 2;
    long blocks = tile.tiles(m, n) * layers * splits;
    return filled && blocks >= context.properties().multiprocessors();
  }

  /** A block for each tile. */
  Extent grid(Tile tile) {
    return Extent.of(Launch.gridX("product", tile.tiles(m, n) * layers * splits));
  }
}
