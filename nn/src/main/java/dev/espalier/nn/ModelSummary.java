package dev.espalier.nn;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Node;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.MatMul;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * What a model consists of and costs, one row per operation of its forward pass for one example.
 *
 * <p>It is computed from the recorded graph of an evaluation-mode forward pass, so it holds for any
 * module. Multiply-accumulates (MACs) are those of convolutions, linear layers and matrix products,
 * the usual convention; {@code FLOPs = 2 · MACs}. Non-zero parameters are those that masks keep;
 * what is zero without a mask counts as non-zero.
 *
 * @param rows in the order of computation; then parameters that the forward pass does not use
 */
public record ModelSummary(List<Row> rows) {
  /**
   * One operation.
   *
   * @param name dotted name of the module that owns its parameters; empty if it has none
   * @param type the operation
   * @param output shape of its result, without the batch axis
   * @param parameters elements of its parameters; 0 where another row has counted them already
   * @param nonZero how many of them masks keep
   * @param macs multiply-accumulates if nothing were masked
   * @param remainingMacs multiply-accumulates with kept weights only
   */
  public record Row(
      String name,
      String type,
      Shape output,
      long parameters,
      long nonZero,
      long macs,
      long remainingMacs) {
    /** Kept parameters as a fraction of all; 1 if there are none. */
    public double density() {
      return parameters == 0 ? 1 : (double) nonZero / parameters;
    }
  }

  /** Copies the list. */
  public ModelSummary {
    rows = List.copyOf(rows);
  }

  /**
   * Traces a module.
   *
   * @param example shape of one example, without the batch axis
   */
  public static ModelSummary of(Module module, Shape example) {
    try (var _ = module.evaluating();
        var _ = Scope.open("model summary");
        var _ = Autograd.enableGrad()) {
      Variable input = Variable.leaf(Tensor.zeros(typeOf(module), withBatch(example)));
      return new Tracer(module).trace(module.forward(input));
    }
  }

  private static DType typeOf(Module module) {
    return module.parameters().stream().map(Parameter::dtype).findFirst().orElse(DType.FLOAT32);
  }

  private static Shape withBatch(Shape example) {
    int[] dims = new int[example.rank() + 1];
    dims[0] = 1;
    System.arraycopy(example.toArray(), 0, dims, 1, example.rank());
    return Shape.of(dims);
  }

  /** Elements of all parameters. */
  public long parameters() {
    return sum(Row::parameters);
  }

  /** Elements of all parameters that masks keep. */
  public long nonZero() {
    return sum(Row::nonZero);
  }

  /** Kept parameters as a fraction of all. */
  public double density() {
    return parameters() == 0 ? 1 : (double) nonZero() / parameters();
  }

  /** Multiply-accumulates for one example if nothing were masked. */
  public long macs() {
    return sum(Row::macs);
  }

  /** Multiply-accumulates for one example with kept weights only. */
  public long remainingMacs() {
    return sum(Row::remainingMacs);
  }

  /** {@code 2 · macs()}. */
  public long flops() {
    return 2 * macs();
  }

  /** {@code 2 · remainingMacs()}. */
  public long remainingFlops() {
    return 2 * remainingMacs();
  }

  private long sum(ToLongFunction<Row> column) {
    return rows.stream().mapToLong(column).sum();
  }

  /** A table with a line of totals. */
  @Override
  public String toString() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of(
            "layer",
            "operation",
            "output",
            "parameters",
            "non-zero",
            "density",
            "MACs",
            "MACs kept"));
    for (Row row : rows) {
      lines.add(
          cells(
              row.name,
              row.type,
              row.output.toString(),
              row.parameters,
              row.nonZero,
              row.macs,
              row.remainingMacs));
    }
    lines.add(cells("total", "", "", parameters(), nonZero(), macs(), remainingMacs()));
    return TextTable.format(lines, 3)
        + String.format(
            Locale.ROOT,
            "One example; MACs of convolutions, linear layers and matrix products; FLOPs = 2 MACs:"
                + " %,d, kept %,d.\n",
            flops(),
            remainingFlops());
  }

  private static List<String> cells(
      String name,
      String type,
      String output,
      long parameters,
      long nonZero,
      long macs,
      long kept) {
    String density =
        parameters == 0 ? "" : String.format(Locale.ROOT, "%.2f %%", 100.0 * nonZero / parameters);
    return List.of(
        name, type, output, count(parameters), count(nonZero), density, count(macs), count(kept));
  }

  private static String count(long value) {
    return value == 0 ? "" : String.format(Locale.ROOT, "%,d", value);
  }

  /** Walks one recorded forward pass. */
  private static final class Tracer {
    private final Map<Variable, String> names = new IdentityHashMap<>();
    private final Map<String, Parameter> parameters;
    private final Set<Variable> counted = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Row> rows = new ArrayList<>();

    Tracer(Module module) {
      parameters = module.namedParameters();
      parameters.forEach((name, parameter) -> names.putIfAbsent(parameter, name));
    }

    ModelSummary trace(Variable output) {
      for (Variable made : Traversal.oldestFirst(output)) {
        if (!(made.node().op() instanceof Masked)) {
          rows.add(row(made));
        }
      }
      parameters.forEach(
          (name, parameter) -> {
            if (counted.add(parameter)) {
              long size = parameter.tensor().size();
              rows.add(new Row(name, "unused", parameter.shape(), size, parameter.kept(), 0, 0));
            }
          });
      return new ModelSummary(rows);
    }

    private Row row(Variable made) {
      String name = "";
      long size = 0;
      long kept = 0;
      for (Variable input : made.node().inputs()) {
        if (unmasked(input) instanceof Parameter parameter && names.containsKey(parameter)) {
          String full = names.get(parameter);
          name = full.substring(0, Math.max(0, full.lastIndexOf('.')));
          if (counted.add(parameter)) {
            size += parameter.tensor().size();
            kept += parameter.kept();
          }
        }
      }
      Shape output = made.shape().rank() > 0 ? made.shape().without(0) : made.shape();
      return new Row(name, type(made.node()), output, size, kept, macs(made), remainingMacs(made));
    }

    /** A softly masked parameter is seen through a {@link Masked}. */
    private static Variable unmasked(Variable input) {
      return input.node() != null && input.node().op() instanceof Masked
          ? input.node().inputs().getFirst()
          : input;
    }

    private static String type(Node node) {
      return switch (node.op()) {
        case BatchNormInference _ -> "BatchNorm";
        default -> node.op().getClass().getSimpleName();
      };
    }

    private static long macs(Variable made) {
      List<Variable> inputs = made.node().inputs();
      return switch (made.node().op()) {
        case Conv2d _, Linear _ -> timesUsed(made) * inputs.get(1).tensor().size();
        case MatMul _ -> made.tensor().size() * inputs.getFirst().dim(-1);
        default -> 0;
      };
    }

    private static long remainingMacs(Variable made) {
      return switch (made.node().op()) {
        case Conv2d _, Linear _ when unmasked(made.node().inputs().get(1)) instanceof Parameter w ->
            timesUsed(made) * w.kept();
        default -> macs(made);
      };
    }

    /** Each weight of output channel o is used once for every element that o has in the result. */
    private static long timesUsed(Variable made) {
      long channels = made.node().inputs().get(1).dim(0);
      return channels == 0 ? 0 : made.tensor().size() / channels;
    }
  }
}
