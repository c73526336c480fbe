package dev.espalier.prune.compile;

import dev.espalier.prune.compile.Program.Instruction;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds the channels (axis 1 of an activation) that nobody needs: no weight that is not zero reads
 * them, or what they hold is the same for every input and folds into the biases of their readers.
 *
 * <p>A filter of zeros makes the constant {@code act(bias)}. A convolution without padding adds it
 * to each output alike, so it becomes part of the bias; one with padding sees zeros at the border
 * instead, so there a constant other than zero stays, and the notes say so. Channels that an
 * addition, a concatenation or an elementwise step ties together go together or not at all; those
 * of the input, the output and of unknown operations all stay.
 */
final class DeadChannels {
  /**
   * A program without its dead channels.
   *
   * @param notes what was dropped, and what had to stay and why
   */
  record Result(Program program, List<String> notes) {}

  private final Program program;
  private final Shape[] shapes;
  private final Groups groups = new Groups(0);

  /** By slot and channel: the number of a group of channels that live or die together. */
  private final int[][] ids;

  /** By slot and channel: what the channel holds for every input, or NaN if that varies. */
  private final double[][] constants;

  /** By instruction; null where it is no product that mixes channels. */
  private final ProductReads[] reads;

  private final BitSet fixed = new BitSet();
  private final BitSet live = new BitSet();

  private DeadChannels(Program program) {
    this.program = program;
    this.shapes = program.shapes(program.example().dim(0));
    this.ids = new int[shapes.length][];
    this.constants = new double[shapes.length][];
    this.reads = new ProductReads[program.instructions().size()];
  }

  static Result dropped(Program program) {
    var dead = new DeadChannels(program);
    dead.fresh(0, true);
    for (int i = 0; i < program.instructions().size(); i++) {
      Instruction instruction = program.instructions().get(i);
      dead.visit(i, instruction.step(), instruction.inputs(), Program.outputOf(i));
    }
    dead.fix(program.result());
    dead.fixed.stream().forEach(dead::markLive);
    dead.spread();
    return dead.cut();
  }

  // ---- what hangs together, and what is constant

  private void visit(int instruction, Step step, int[] in, int out) {
    switch (step) {
      case ProductStep product when mixesChannels(product, in[0]) -> {
        reads[instruction] = new ProductReads(product.weight().values());
        fresh(out, false);
        constants[out] = ChannelConstants.products(product, reads[instruction], constants[in[0]]);
      }
      case ProductStep product when isDepthwise(product) ->
          same(in[0], out, ChannelConstants.depthwise(product, constants[in[0]]));
      case AffineStep affine -> same(in[0], out, ChannelConstants.affine(affine, constants[in[0]]));
      case ElementStep element ->
          same(in[0], out, ChannelConstants.element(element, constants[in[0]]));
      case MeanStep _ -> same(in[0], out, constants[in[0]]);
      case PoolStep pool -> same(in[0], out, ChannelConstants.pool(pool, constants[in[0]]));
      case SumStep(boolean relu) -> sum(in[0], in[1], out, relu);
      case FlattenStep _ when shapes[in[0]].rank() > 1 -> flatten(in[0], out);
      case ConcatStep(int axis) when axis == 1 -> {
        ids[out] = Arrays.stream(in).flatMap(slot -> Arrays.stream(ids[slot])).toArray();
        constants[out] =
            Arrays.stream(in)
                .mapToObj(slot -> constants[slot])
                .flatMapToDouble(Arrays::stream)
                .toArray();
      }
      case ProductStep _, ConcatStep _, FlattenStep _, OpStep _ -> {
        for (int slot : in) {
          fix(slot);
        }
        fresh(out, true);
      }
    }
  }

  private boolean mixesChannels(ProductStep product, int in) {
    return product.spec() == null ? shapes[in].rank() == 2 : product.spec().groups() == 1;
  }

  static boolean isDepthwise(ProductStep product) {
    ConvSpec spec = product.spec();
    Shape w = product.weight().shape();
    return spec != null && spec.groups() == w.dim(0) && w.dim(1) == 1;
  }

  private void fresh(int slot, boolean fixedChannels) {
    int channels = shapes[slot].rank() < 2 ? 0 : shapes[slot].dim(1);
    ids[slot] = new int[channels];
    constants[slot] = new double[channels];
    Arrays.fill(constants[slot], Double.NaN);
    for (int c = 0; c < channels; c++) {
      ids[slot][c] = groups.add();
    }
    if (fixedChannels) {
      fix(slot);
    }
  }

  private void fix(int slot) {
    for (int id : ids[slot]) {
      fixed.set(id);
    }
  }

  private void same(int in, int out, double[] values) {
    ids[out] = ids[in];
    constants[out] = values;
  }

  private void sum(int a, int b, int out, boolean relu) {
    ids[out] = ids[a];
    constants[out] = new double[ids[a].length];
    for (int c = 0; c < ids[a].length; c++) {
      groups.join(ids[a][c], ids[b][c]);
      constants[out][c] = ChannelConstants.clamped(constants[a][c] + constants[b][c], relu);
    }
  }

  private void flatten(int in, int out) {
    int pixels = ids[in].length == 0 ? 0 : shapes[out].dim(1) / ids[in].length;
    ids[out] = new int[ids[in].length * pixels];
    constants[out] = new double[ids[out].length];
    for (int i = 0; i < ids[out].length; i++) {
      ids[out][i] = ids[in][i / pixels];
      constants[out][i] = constants[in][i / pixels];
    }
  }

  // ---- who needs what

  private void markLive(int id) {
    live.set(groups.of(id));
  }

  private boolean isLive(int id) {
    return live.get(groups.of(id));
  }

  /** Live outputs make the inputs live that they read, until nothing changes. */
  private void spread() {
    int before;
    do {
      before = live.cardinality();
      for (int i = reads.length - 1; i >= 0; i--) {
        if (reads[i] != null) {
          spread(i);
        }
      }
    } while (live.cardinality() > before);
  }

  private void spread(int instruction) {
    var step = (ProductStep) program.instructions().get(instruction).step();
    int in = program.instructions().get(instruction).inputs()[0];
    int[] outputs = ids[Program.outputOf(instruction)];
    if (outputs.length > 0 && Arrays.stream(outputs).noneMatch(this::isLive)) {
      markLive(outputs[0]); // a layer without channels cannot run
    }
    BitSet needed = new BitSet();
    for (int o = 0; o < outputs.length; o++) {
      if (isLive(outputs[o])) {
        needed.or(reads[instruction].of(o));
      }
    }
    needed.stream()
        .filter(k -> !ChannelConstants.foldable(step, constants[in][k]))
        .forEach(k -> markLive(ids[in][k]));
  }

  // ---- the smaller program

  private Result cut() {
    List<Instruction> smaller = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < program.instructions().size(); i++) {
      Instruction instruction = program.instructions().get(i);
      int in = instruction.inputs()[0];
      if (reads[i] != null) {
        note((ProductStep) instruction.step(), in, Program.outputOf(i), notes);
      }
      smaller.add(new Instruction(cut(i, instruction.step(), in), instruction.inputs()));
    }
    return new Result(
        new Program(smaller, program.example(), program.dtype(), program.result()), notes);
  }

  private Step cut(int instruction, Step step, int in) {
    int[] outputs = kept(Program.outputOf(instruction));
    return switch (step) {
      case AffineStep affine -> ChannelCut.affine(affine, outputs);
      case ProductStep product -> {
        if (reads[instruction] != null) {
          double[] added = added(product, instruction, in);
          yield ChannelCut.product(product, kept(in), outputs, added);
        }
        yield isDepthwise(product) ? ChannelCut.depthwise(product, outputs) : product;
      }
      default -> step;
    };
  }

  /** The indices of a slot's live channels. */
  private int[] kept(int slot) {
    int[] channels = ids[slot];
    return IntStream.range(0, channels.length).filter(c -> isLive(channels[c])).toArray();
  }

  /** What the dropped inputs add to each output. */
  private double[] added(ProductStep step, int instruction, int in) {
    double[] sums = new double[step.weight().shape().dim(0)];
    for (int k = 0; k < ids[in].length; k++) {
      double constant = constants[in][k];
      if (!isLive(ids[in][k]) && !Double.isNaN(constant) && constant != 0) {
        for (int o = 0; o < sums.length; o++) {
          sums[o] += ChannelConstants.added(reads[instruction], o, k, constant);
        }
      }
    }
    return sums;
  }

  private void note(ProductStep step, int in, int out, List<String> notes) {
    int outputs = ids[out].length - kept(out).length;
    int inputs = ids[in].length - kept(in).length;
    if (outputs + inputs > 0) {
      notes.add(
          "%s %s: %d of %d outputs and %d of %d inputs dropped"
              .formatted(
                  step.operation(), step.name(), outputs, ids[out].length, inputs, ids[in].length));
    }
    long staying =
        Arrays.stream(kept(in))
            .mapToDouble(k -> constants[in][k])
            .filter(c -> !Double.isNaN(c) && !ChannelConstants.foldable(step, c))
            .count();
    if (staying > 0) {
      notes.add(
          "%s %s: %d constant inputs stay, since padding makes their effect differ at the border"
              .formatted(step.operation(), step.name(), staying));
    }
  }
}
