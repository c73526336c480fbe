package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a sparse convolution walks its pattern where the input lies in a {@link PaddedStripe}: rows
 * in order, each with its entries in order, as one block.
 */
record StripePlan(PaddedStripe stripe, PanelPlan plan) {
  private record Key(ConvGeometry image, boolean backward) {}

  /** The plans that were made for a pattern. */
  private record Plans(Map<Key, Optional<StripePlan>> known) {}

  /**
   * The plan for a geometry, kept with the pattern; null where stripes do not fit or, as with 1×1
   * kernels, patches are no larger than the image and quicker to lay out.
   *
   * @param columns of the pattern, as the patches' rows
   */
  static StripePlan of(
      SparsePattern pattern,
      BlockColumns columns,
      ConvGeometry g,
      boolean backward,
      Patches patches) {
    boolean unitStride = g.spec().strideH() == 1 && g.spec().strideW() == 1;
    if (columns.blockHeight() > 1 || !unitStride || g.kernelH() * g.kernelW() == 1) {
      return null;
    }
    Plans plans = pattern.derived().get(Plans.class, () -> new Plans(new ConcurrentHashMap<>()));
    return plans
        .known
        .computeIfAbsent(new Key(oneImage(g), backward), _ -> plan(columns, patches))
        .orElse(null);
  }

  private static ConvGeometry oneImage(ConvGeometry g) {
    return ConvGeometry.of(
        g.spec(),
        1,
        g.inChannels(),
        g.height(),
        g.width(),
        g.outChannels(),
        g.kernelH(),
        g.kernelW());
  }

  private static Optional<StripePlan> plan(BlockColumns columns, Patches patches) {
    int channels = columns.width() / Math.max(1, patches.taps());
    PaddedStripe stripe = PaddedStripe.of(patches, channels);
    if (stripe == null) {
      return Optional.empty();
    }
    int[] rows = new int[columns.blockRows()];
    int[] starts = new int[rows.length + 1];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = row;
      starts[row + 1] = columns.rowOffsets()[row + 1] * columns.blockWidth();
    }
    int[] places = new int[columns.columns().length];
    for (int e = 0; e < places.length; e++) {
      places[e] = stripe.place(columns.columns()[e]);
    }
    var groups = new RowGroups(1, rows, starts, places, null, 1);
    var kept = new FilledGroups.Kept();
    var plan = new PanelPlan(columns.width(), 1, EntryLoop.MOST_VECTORS, List.of(groups), kept);
    return Optional.of(new StripePlan(stripe, plan));
  }

  RowGroups groups() {
    return plan.groups().getFirst();
  }

  /** Entries of the average column. */
  double entriesPerColumn() {
    return groups().entries() / (double) Math.max(1, plan.blockColumns());
  }
}
