package dev.espalier.bench.command;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Training;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Goal;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.surgery.ShrinkPlan;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prunes a stored model, trains it on, and optionally makes it physically smaller. */
@Command(
    name = "prune",
    description = "Prunes a stored model by a named method and trains it on.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier prune --in model.safetensors --method global-magnitude --ratio 10 --out"
          + " pruned.safetensors",
      "  espalier prune --in model.safetensors --method filter-magnitude --density 0.7 --shrink"
          + " --out small.safetensors",
      "  espalier prune --in model.safetensors --method nm-2:4 --density 0.5 --out nm.safetensors",
      "  espalier prune --in model.safetensors --scorer gradient --scope local --ratio 4 --out"
          + " pruned.safetensors",
      "  espalier prune --in model.safetensors --densities fc1=0.08,fc2=0.09,fc3=0.26 --schedule"
          + " iterative-3 --out pruned.safetensors"
    })
public final class PruneCommand implements Callable<Integer> {
  /** How far to prune; what fixes that by itself, as densities of layers do, needs neither. */
  static final class Target {
    @Option(
        names = "--ratio",
        paramLabel = "R",
        description = "Parameters over non-zero parameters to end at.")
    private Optional<Double> ratio = Optional.empty();

    @Option(
        names = "--density",
        paramLabel = "D",
        description = "Share of the prunable groups (weights, filters) to keep.")
    private Optional<Double> density = Optional.empty();

    private Goal goal() {
      return density.isPresent()
          ? new Goal.Density(density.get())
          : new Goal.Ratio(ratio.orElseThrow());
    }
  }

  @Option(names = "--in", required = true, paramLabel = "FILE", description = "The model.")
  private Path in;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where the pruned model goes.")
  private Path out;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "Method; one that prunes before or inside training starts from the stored weights"
              + " (default: global-magnitude).")
  private Optional<String> name = Optional.empty();

  @Mixin private AxesOptions axes = new AxesOptions();

  /** Null if neither is given. */
  @ArgGroup private Target target;

  @Option(
      names = "--finetune-epochs",
      paramLabel = "N",
      description =
          "Epochs after each round, or of the run that prunes (default: ${DEFAULT-VALUE}).")
  private int epochs = 1;

  @Option(
      names = "--rewind-to",
      paramLabel = "FILE",
      description = "Earlier weights of the model, for methods that go back to them.")
  private Optional<Path> rewindTo = Optional.empty();

  @Option(
      names = "--shrink",
      description = "Remove emptied channels, so that the file holds a smaller network.")
  private boolean shrink;

  @Option(names = "--seed", paramLabel = "S", description = "Seed (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Mixin private DataOptions data = new DataOptions();

  @Spec private CommandSpec spec;

  private PruneCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = spec.commandLine();
    Method method = Refusals.understood(line, this::method);
    Goal goal = goal(line, method);
    if (method.fineTune().needsEarlierWeights() && rewindTo.isEmpty()) {
      throw new ParameterException(
          line,
          "method '%s' goes back to weights from before the end of training, which the model's file does not hold; give their file with --rewind-to, or use 'espalier study'"
              .formatted(method.name()));
    }
    Refusals.understood(line, () -> Datasets.spec(data.name()));
    StoredModel stored = StoredModel.load(in);
    TrainTest sets = data.load();
    if (method.scorer().needsData() && sets.train().count() == 0) {
      throw new ParameterException(
          line,
          "scorer '%s' needs data, but --train-images leaves none"
              .formatted(method.scorer().name()));
    }
    PrintWriter text = line.getOut();
    try (var _ = Scope.open("prune");
        var origins = new StoredOrigins(stored, rewindTo)) {
      var training = new Training(sets, Recipe.of(stored.name()));
      Module module = stored.module();
      say(text, "before", module, training);
      Tensor example = stored.example(4);
      var generator = new Generator(seed).split("pruning " + method.name());
      Pruner pruner =
          Refusals.pruned(
              line,
              () -> {
                var made = new Pruner(module, method, example, generator);
                made.requireRanked(ScoringContext.Sample.withoutMeaning(example));
                return made;
              });
      if (method.scorer().needsData()) {
        pruner.withData(training.sample(seed));
      }
      MethodRun run =
          new MethodRun(
                  method,
                  module,
                  pruner,
                  training.ofStored(seed, epochs),
                  origins,
                  Models.entry(stored.name()).input(),
                  generator)
              .whenPruned(_ -> say(text, "pruned", module, training))
              .whenTrained(_ -> say(text, "trained on", module, training));
      Refusals.pruned(line, () -> run.run(goal));
      text.println(ModelSummary.of(module, Models.entry(stored.name()).input()));
      if (shrink) {
        shrink(text, module, stored.example(16));
      }
      stored.write(out);
      text.println("wrote " + out);
      text.flush();
    }
    return 0;
  }

  private Goal goal(CommandLine line, Method method) {
    if (target != null) {
      return target.goal();
    }
    if (method.fixesDensity()) {
      return new Goal.Fixed();
    }
    throw new ParameterException(
        line,
        "method '%s' can prune to any size, so one of --ratio and --density is missing"
            .formatted(method.name()));
  }

  private Method method() {
    Optional<Method> composed = axes.method();
    if (composed.isPresent() && name.isPresent()) {
      throw new IllegalArgumentException(
          "--method names a whole method, so no axis can be given beside it");
    }
    return composed
        .orElseGet(() -> Methods.get(name.orElse("global-magnitude")))
        .protecting(axes.protect());
  }

  private static void say(PrintWriter text, String when, Module module, Training training) {
    text.printf("%-10s top-1 %.2f %%%n", when, 100 * training.evaluate(module).top1());
    text.flush();
  }

  private static void shrink(PrintWriter text, Module module, Tensor inputs) {
    Tensor masked = outputs(module, inputs);
    long before = size(module);
    ShrinkPlan plan = Surgery.shrink(module, inputs);
    Tensor shrunk = outputs(module, inputs);
    double difference = Reduce.max(Elementwise.abs(Elementwise.sub(masked, shrunk)), false).item();
    double scale = Reduce.max(Elementwise.abs(masked), false).item();
    text.printf(
        "shrunk from %d to %d parameters; outputs differ from the masked twin by %.2g of %.3g%n",
        before, size(module), difference, scale);
    plan.removed()
        .forEach((layer, count) -> text.printf("  %d channels of %s removed%n", count, layer));
    plan.kept().forEach(reason -> text.println("  " + reason));
  }

  private static Tensor outputs(Module module, Tensor inputs) {
    module.eval();
    try (var _ = Autograd.noGrad()) {
      return module.forward(Variable.of(inputs)).tensor();
    }
  }

  private static long size(Module module) {
    return module.parameters().stream().mapToLong(p -> p.tensor().size()).sum();
  }
}
