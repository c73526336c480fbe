package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.LOCAL;

import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.SquaredMagnitude;
import dev.espalier.prune.structure.BlockStructure;
import dev.espalier.prune.structure.BranchStructure;
import dev.espalier.prune.structure.ColumnVectorStructure;
import dev.espalier.prune.structure.FilterShapeStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.HeadStructure;
import dev.espalier.prune.structure.InputChannelStructure;
import dev.espalier.prune.structure.KernelStructure;
import dev.espalier.prune.structure.NeuronStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.tensor.sparse.Granularity;

/** Groups of weights by their size. */
final class StructuredMethods {
  private StructuredMethods() {}

  /** Adds them to the table. */
  static void addTo(MethodTable table) {
    var filter = new FilterStructure();
    var magnitude = new Magnitude();
    table.add(
        "nm-2:4",
        "the 2 largest |w| of every 4 neighbours, then fine-tuning (Mishra et al. 2021)",
        new NmStructure(new Granularity.NOfM(2, 4)),
        magnitude,
        LOCAL);
    table.add(
        "nm-2:4x4",
        "as nm-2:4, with one pattern for each 4 rows, ranked by the sums of their |w|",
        new NmStructure(new Granularity.NOfM(2, 4, 4)),
        magnitude,
        LOCAL);
    table.add(
        "vector-magnitude",
        "columns of 4 neighbouring outputs of smallest L1 norm (Elsen et al. 2020)",
        new ColumnVectorStructure(4),
        magnitude,
        LOCAL);
    table.add(
        "block-magnitude",
        "blocks of 4 × 4 of smallest L1 norm (Gray et al. 2017)",
        new BlockStructure(4, 4),
        magnitude,
        LOCAL);
    table.add(
        "kernel-magnitude",
        "2-D kernels of smallest L1 norm (Mao et al. 2017)",
        new KernelStructure(),
        magnitude,
        LOCAL);
    table.add(
        "filter-shape-magnitude",
        "places of all filters of a layer of smallest L1 norm (Wen et al. 2016)",
        new FilterShapeStructure(),
        magnitude,
        LOCAL);
    table.add(
        "filter-magnitude",
        "filters of smallest L1 norm with all that hangs on them (Li et al. 2016)",
        filter,
        magnitude,
        LOCAL);
    table.add(
        "filter-l2",
        "filters of smallest L2 norm with all that hangs on them (Li et al. 2016)",
        filter,
        new SquaredMagnitude(),
        LOCAL);
    table.add(
        "filter-greedy",
        "as filter-magnitude, front to back without the kernels over maps just pruned",
        new FilterStructure(true),
        magnitude,
        LOCAL);
    table.add(
        "input-channel-magnitude",
        "channels of smallest L1 norm where they are read (He et al. 2017)",
        new InputChannelStructure(),
        magnitude,
        LOCAL);
    table.add(
        "neuron-magnitude",
        "neurons of linear layers of smallest L1 norm, with all that hangs on them",
        new NeuronStructure(),
        magnitude,
        LOCAL);
    table.add(
        "head-magnitude",
        "attention heads of smallest L1 norm (after Michel et al. 2019)",
        new HeadStructure(),
        magnitude,
        LOCAL);
    table.add(
        "branch-magnitude",
        "residual branches of smallest L1 norm, which become the identity (Wen et al. 2016)",
        new BranchStructure(),
        magnitude,
        LOCAL);
  }
}
