package dev.espalier.prune;

import dev.espalier.prune.structure.BlockStructure;
import dev.espalier.prune.structure.BranchStructure;
import dev.espalier.prune.structure.ColumnVectorStructure;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterShapeStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.HeadStructure;
import dev.espalier.prune.structure.InputChannelStructure;
import dev.espalier.prune.structure.KernelStructure;
import dev.espalier.prune.structure.LastChannelStructure;
import dev.espalier.prune.structure.MaxoutStructure;
import dev.espalier.prune.structure.NeuronStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.prune.structure.RowVectorStructure;
import dev.espalier.tensor.sparse.Granularity;
import java.util.regex.MatchResult;

/** The structures by name, one line each. */
public final class Structures {
  private static final Registry<Structure> ALL =
      new Registry<Structure>("structure")
          .with("element", "every weight on its own", ElementStructure::new)
          .family(
              "row-vector-N",
              "N neighbours in a row: inputs of one output (Mao et al. 2017)",
              "row-vector-\\d+",
              Structures::tiled)
          .family(
              "column-vector-N",
              "N neighbours in a column: outputs of one input (Elsen et al. 2020)",
              "column-vector-\\d+",
              Structures::tiled)
          .family(
              "block-HxW",
              "H × W neighbours (Gray et al. 2017)",
              "block-\\d+x\\d+",
              Structures::tiled)
          .family(
              "nm-N:M",
              "N of every M neighbours of a row; nm-N:MxR with one pattern for R rows (Mishra et"
                  + " al. 2021)",
              "nm-(\\d+:\\d+(?:x\\d+)?)",
              found -> new NmStructure((Granularity.NOfM) Granularity.parse(found.group(1))))
          .with("kernel", "2-D kernels of convolutions (Mao et al. 2017)", KernelStructure::new)
          .with(
              "filter-shape",
              "one place of all filters of a convolution (Wen et al. 2016)",
              FilterShapeStructure::new)
          .with(
              "filter",
              "filters and neurons with all that hangs on them (Li et al. 2016)",
              FilterStructure::new)
          .with(
              "filter-greedy",
              "the same, front to back, without the kernels over maps just pruned (Li et al. 2016)",
              () -> new FilterStructure(true))
          .with(
              "input-channel",
              "the groups of 'filter', judged by the layers that read them (He et al. 2017)",
              InputChannelStructure::new)
          .with(
              "neuron",
              "neurons of linear layers with all that hangs on them (Mozer and Smolensky 1989)",
              NeuronStructure::new)
          .with(
              "last-channel",
              "channels that the classifier reads, with all that hangs on them",
              LastChannelStructure::new)
          .with(
              "maxout-neuron",
              "neurons of maxout units, the weakest of each first (Moya Rueda et al. 2017)",
              MaxoutStructure::new)
          .with("head", "attention heads (Michel et al. 2019)", HeadStructure::new)
          .with("branch", "residual branches as wholes (Wen et al. 2016)", BranchStructure::new);

  private Structures() {}

  private static Structure tiled(MatchResult found) {
    return switch (Granularity.parse(found.group())) {
      case Granularity.RowVector(int n) -> new RowVectorStructure(n);
      case Granularity.ColumnVector(int n) -> new ColumnVectorStructure(n);
      case Granularity.Block(int height, int width) -> new BlockStructure(height, width);
      case Granularity other ->
          throw new IllegalArgumentException("'%s' is no tile of weights".formatted(other.name()));
    };
  }

  /** All of them. */
  public static Registry<Structure> all() {
    return ALL;
  }
}
