package dev.espalier.prune.compile;

import dev.espalier.autograd.Autograd;
import dev.espalier.nn.Module;
import dev.espalier.prune.compile.Program.Instruction;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a module into a {@link CompiledModel}: folds batch-norm into the product before it, fuses
 * bias, additions and ReLU, drops dead channels, stores each weight in the format that the
 * crossover table names for its shape, granularity and density, and plans where activations lie.
 *
 * <p>The module's forward pass is recorded once in evaluation mode; control flow that depends on
 * values is frozen as recorded. Outputs equal the masked module's up to rounding, which is checked
 * on the example before the result is returned. Why each layer got its format is logged at debug
 * level.
 */
public final class Compiler {
  private static final System.Logger LOG = System.getLogger(Compiler.class.getName());

  /**
   * Relative to the largest output; float32 products of a few thousand terms differ by less than
   * this when reordered.
   */
  private static final double TOLERANCE = 1e-4;

  private Compiler() {}

  /** Compiles with the formats of the standard crossover table. */
  public static CompiledModel compile(Module module, Tensor example) {
    return compile(module, example, FormatChoice.byTable(Crossover.standard()));
  }

  /**
   * Compiles a module.
   *
   * @param example an input; at least one row
   * @throws IllegalArgumentException if a layer has no compiled step (attention, embeddings), with
   *     its name; if an operation cannot run on another batch size, with its name; or the output
   *     does not depend on the input
   * @throws IllegalStateException if the result disagrees with the module on the example
   */
  public static CompiledModel compile(Module module, Tensor example, FormatChoice formats) {
    Uncompilable.refuse(module);
    try (var _ = module.evaluating();
        var _ = Scope.open("compile");
        var _ = Autograd.enableGrad()) {
      var recording = new Recording(module, example);
      var alive = DeadChannels.dropped(Translator.translate(recording, module.namedParameters()));
      Program program = withFormats(alive.program(), formats);
      var model = new CompiledModel(program, alive.notes());
      SelfCheck.agrees(model, example, recording.output().tensor(), TOLERANCE);
      model.trim();
      log(model.summary());
      program
          .instructions()
          .forEach(instruction -> instruction.step().constants().forEach(Scope::detach));
      return model;
    }
  }

  private static Program withFormats(Program program, FormatChoice formats) {
    List<Instruction> decided = new ArrayList<>();
    for (Instruction instruction : program.instructions()) {
      decided.add(
          instruction.step() instanceof ProductStep product
              ? new Instruction(product.decided(formats), instruction.inputs())
              : instruction);
    }
    return new Program(decided, program.example(), program.dtype(), program.result());
  }

  private static void log(CompiledSummary summary) {
    if (LOG.isLoggable(Level.DEBUG)) {
      for (CompiledSummary.Row row : summary.rows()) {
        row.weight()
            .ifPresent(
                weight ->
                    LOG.log(
                        Level.DEBUG,
                        "{0} {1} {2}: {3} (density {4}): {5}",
                        row.operation(),
                        weight.name(),
                        weight.shape(),
                        weight.format(),
                        weight.density(),
                        String.join("; ", weight.reasons())));
      }
      summary.notes().forEach(note -> LOG.log(Level.DEBUG, note));
    }
  }
}
