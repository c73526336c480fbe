package dev.espalier.prune.compile;

import dev.espalier.prune.compile.Program.Instruction;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Weight;

/**
 * Chooses which activations lie channel-major, [C, N, …] (features of a linear layer: [C, N]).
 *
 * <p>There a sparse linear layer or 1×1 convolution reads and writes whole runs, one per channel of
 * the batch, and needs no conversion between two of them. What works in either order (elementwise
 * steps, pooling, depthwise and dense 1×1 convolutions) keeps the order of its input, so clusters
 * form; what knows only one order (spatial convolutions, unknown operations) votes for it, and each
 * cluster lies as most of its elements want. Products convert at a border by themselves. With one
 * row both orders are the same.
 *
 * <p>Source of the layout: Elsen et al., "Fast Sparse ConvNets", 2020.
 */
final class Layouts {
  /** More than all other votes together, and twice of it is no overflow. */
  private static final long DECISIVE = 1L << 60;

  /** Votes of an element that is copied otherwise; it has one where it is only packed faster. */
  private static final long COPY = 4;

  private final Program program;
  private final Shape[] shapes;
  private final Groups clusters;
  private final long[] votes;

  private Layouts(Program program, Shape[] shapes) {
    this.program = program;
    this.shapes = shapes;
    this.clusters = new Groups(shapes.length);
    this.votes = new long[shapes.length];
  }

  /**
   * Which slots lie channel-major.
   *
   * @param shapes of the slots, for some number of rows
   */
  static boolean[] channelMajor(Program program, Shape[] shapes) {
    boolean[] result = new boolean[shapes.length];
    if (shapes[0].dim(0) > 1) {
      var layouts = new Layouts(program, shapes);
      layouts.vote();
      long[] sums = new long[shapes.length];
      for (int slot = 0; slot < sums.length; slot++) {
        sums[layouts.clusters.of(slot)] += layouts.votes[slot];
      }
      for (int slot = 0; slot < sums.length; slot++) {
        result[slot] = sums[layouts.clusters.of(slot)] > 0;
      }
    }
    return result;
  }

  private void vote() {
    rowMajor(0, DECISIVE);
    rowMajor(program.result(), DECISIVE);
    for (int i = 0; i < program.instructions().size(); i++) {
      Instruction instruction = program.instructions().get(i);
      int out = Program.outputOf(i);
      switch (instruction.step()) {
        case ProductStep product -> product(product, instruction.inputs()[0], out);
        case FlattenStep _ when !FlattenStep.isPixel(shapes[instruction.inputs()[0]]) ->
            onlyRowMajor(instruction, out);
        case OpStep _ -> onlyRowMajor(instruction, out);
        case ConcatStep(int axis) when axis != 1 -> onlyRowMajor(instruction, out);
        case AffineStep _,
            ConcatStep _,
            ElementStep _,
            FlattenStep _,
            MeanStep _,
            PoolStep _,
            SumStep _ -> {
          for (int in : instruction.inputs()) {
            clusters.join(out, in);
          }
        }
      }
    }
  }

  private void product(ProductStep step, int in, int out) {
    boolean sparse = step.weight().at(step.columns(shapes[out])) instanceof Weight.Sparse;
    ConvSpec spec = step.spec();
    Shape w = step.weight().shape();
    boolean oneMatrix =
        spec == null ? shapes[in].rank() == 2 : spec.isPointwise(w.dim(2), w.dim(3));
    if (oneMatrix && sparse) {
      rowMajor(in, -shapes[in].size());
      rowMajor(out, -shapes[out].size());
    } else if (spec != null && !sparse && (oneMatrix || DeadChannels.isDepthwise(step))) {
      clusters.join(out, in);
    } else if (!oneMatrix) {
      rowMajor(in, COPY * shapes[in].size());
      rowMajor(out, COPY * shapes[out].size());
    }
  }

  private void onlyRowMajor(Instruction instruction, int out) {
    rowMajor(out, COPY * shapes[out].size());
    for (int in : instruction.inputs()) {
      rowMajor(in, COPY * shapes[in].size());
    }
  }

  private void rowMajor(int slot, long weight) {
    votes[slot] -= weight;
  }
}
