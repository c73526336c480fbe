package dev.espalier.prune;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Prunes and trains one module as a method says, whatever its schedule: before training, after it
 * in rounds, or inside.
 */
public final class MethodRun {
  private final Method method;
  private final Module module;
  private final Pruner pruner;
  private final TrainingRecipe recipe;
  private final Origins origins;
  private final Generator generator;
  private final Shape input;
  private final TrainingMacs macs;
  private final List<TrainingListener> listeners = new ArrayList<>();
  private IntConsumer pruned = _ -> {};
  private IntConsumer trained = _ -> {};
  private Map<String, Tensor> latest;
  private int epochs;
  private int latestEpochs;
  private long nanos;

  /**
   * A run.
   *
   * @param module what {@link #startsTrained} says: trained or untrained
   * @param pruner of the module and by the method
   * @param input shape of one input, without the batch
   * @param generator the source of randomness
   */
  public MethodRun(
      Method method,
      Module module,
      Pruner pruner,
      TrainingRecipe recipe,
      Origins origins,
      Shape input,
      Generator generator) {
    this.method = method;
    this.module = module;
    this.pruner = pruner;
    this.recipe = recipe;
    this.origins = origins;
    this.input = input;
    this.generator = generator;
    this.macs = new TrainingMacs(pruner::remainingMacs);
  }

  /** Whether a method prunes a network that has been trained. */
  public static boolean startsTrained(Method method) {
    return method.schedule() instanceof Schedule.Rounds;
  }

  /** Has training runs heard. */
  public MethodRun withListener(TrainingListener listener) {
    listeners.add(listener);
    return this;
  }

  /** Is told of each round, from 1, when its masks are in place and nothing else has changed. */
  public MethodRun whenPruned(IntConsumer round) {
    pruned = round;
    return this;
  }

  /** Is told of each round, from 1, when its fine-tuning is over. */
  public MethodRun whenTrained(IntConsumer round) {
    trained = round;
    return this;
  }

  /**
   * What a run cost.
   *
   * @param epochs of all training in it
   * @param seconds of all training in it
   * @param macs multiply-adds of all training in it, see {@link TrainingMacs}
   */
  public record Cost(int epochs, double seconds, long macs) {}

  /** Epochs of the latest training, for those who are told of rounds. */
  public int latestEpochs() {
    return latestEpochs;
  }

  /** Prunes to a goal, with all the training that belongs to it. */
  public Cost run(Goal goal) {
    try {
      switch (method.schedule()) {
        case Schedule.AtStart atStart -> atStart(atStart, goal);
        case Schedule.Rounds rounds -> inRounds(rounds, goal);
        case Schedule.Gradual gradual -> gradually(gradual, goal);
        case Schedule.Threshold rising -> byThreshold(rising, goal);
        case Schedule.DropAndGrow moving -> sparsely(moving, goal.density(pruner));
      }
      return new Cost(epochs, nanos / 1e9, macs.total());
    } finally {
      forget();
    }
  }

  /**
   * The steps that a method will train, for a display: exact, but for a length that depends on the
   * pruned network, where the ratio stands for that of the multiply-adds.
   */
  public static long steps(Method method, TrainingRecipe recipe, double ratio, int layers) {
    return switch (method.schedule()) {
      case Schedule.Gradual _, Schedule.Threshold _, Schedule.DropAndGrow _ ->
          recipe.steps(recipe.wholeEpochs());
      case Schedule.AtStart _ ->
          recipe.steps(
              method
                  .fineTune()
                  .epochs(new Allowance(recipe.denseEpochs(), recipe.wholeEpochs(), () -> ratio)));
      case Schedule.Rounds rounds -> {
        int count = rounds.rounds(1 / ratio, layers);
        long steps = 0;
        for (int round = 1; round <= count; round++) {
          var allowance =
              new Allowance(recipe.denseEpochs(), recipe.fineTuneEpochs(round, count), () -> ratio);
          steps += recipe.steps(method.fineTune().inRound(round, count).epochs(allowance));
          steps +=
              method
                  .fineTune()
                  .beside(round, count)
                  .map(it -> recipe.steps(it.epochs(allowance)))
                  .orElse(0L);
        }
        yield steps;
      }
    };
  }

  private void atStart(Schedule.AtStart schedule, Goal goal) {
    double last = schedule.rounds() > 1 ? goal.density(pruner) : Double.NaN;
    for (int round = 1; round < schedule.rounds(); round++) {
      pruner.pruneToDensity(schedule.density(round, last));
    }
    goal.prune(pruner);
    pruned.accept(1);
    trainOn(0, method.fineTune().inRound(1, 1), recipe.wholeEpochs());
    trained.accept(1);
  }

  private void inRounds(Schedule.Rounds schedule, Goal goal) {
    double last = goal.density(pruner);
    int layers = pruner.sets().size();
    int rounds = schedule.rounds(last, layers);
    for (int round = 1; round <= rounds; round++) {
      int current = round;
      if (round == rounds && !schedule.tellsLayersApart()) {
        goal.prune(pruner);
      } else {
        pruner.pruneToDensity(
            schedule.density(round, last), layer -> schedule.opens(current, layer, layers));
      }
      pruned.accept(round);
      FineTune tune = method.fineTune().inRound(round, rounds);
      int granted = recipe.fineTuneEpochs(round, rounds);
      Optional<FineTune> beside = method.fineTune().beside(round, rounds);
      if (beside.isPresent()) {
        trainBeside(round, beside.get(), granted);
        trainOn(round, tune, granted);
      } else {
        trainOn(round, tune, granted);
        trained.accept(round);
      }
    }
  }

  /** Trains for the record alone: the pruned network is afterwards as it was. */
  private void trainBeside(int round, FineTune tune, int granted) {
    Map<String, Tensor> state = copy();
    Map<Generator, Generator.State> draws = new LinkedHashMap<>();
    module.namedGenerators().values().forEach(it -> draws.put(it, it.state()));
    try {
      trainOn(round, tune, granted, new Aside(generator.split("beside " + round)));
      trained.accept(round);
    } finally {
      module.loadStateDict(state);
      state.values().forEach(Tensor::close);
      draws.forEach(Generator::restore);
    }
  }

  private void gradually(Schedule.Gradual schedule, Goal goal) {
    long steps = recipe.steps(recipe.wholeEpochs());
    LrSchedule rates = recipe.rates(steps, true);
    train(
        0,
        recipe.wholeEpochs(),
        rates,
        method.fineTune(),
        observers(new GradualPruning(pruner, schedule.along(steps, rates), goal, steps)));
    trained.accept(1);
  }

  private void byThreshold(Schedule.Threshold schedule, Goal goal) {
    long steps = recipe.steps(recipe.wholeEpochs());
    double[] smallest = ofTrained(() -> pruner.smallestKept(goal.density(pruner)));
    train(
        0,
        recipe.wholeEpochs(),
        recipe.rates(steps, true),
        method.fineTune(),
        observers(ThresholdPruning.of(pruner, schedule, smallest, steps, recipe.steps(1))));
    trained.accept(1);
  }

  /** Looks at the module with the weights of the trained dense network. */
  private <T> T ofTrained(Supplier<T> look) {
    Map<String, Tensor> present = copy();
    try {
      module.loadStateDict(origins.dense(1));
      return look.get();
    } finally {
      module.loadStateDict(present);
      present.values().forEach(Tensor::close);
    }
  }

  private void sparsely(Schedule.DropAndGrow schedule, double last) {
    long steps = recipe.steps(recipe.wholeEpochs());
    var moving = new SparseTraining(pruner, schedule, steps);
    pruner.pruneAtRandom(last);
    pruned.accept(1);
    train(
        0, recipe.wholeEpochs(), recipe.rates(steps, false), method.fineTune(), observers(moving));
    trained.accept(1);
  }

  /** Fine-tuning after a round, or the training of a network that was pruned before it. */
  private void trainOn(int round, FineTune tune, int granted) {
    trainOn(round, tune, granted, new InLine(method.fineTune().capture()));
  }

  /** What a training run is for. */
  private sealed interface Purpose {}

  /**
   * The next rounds go on from it, and the scorer hears it.
   *
   * @param capture the share of it whose state is kept, if any
   */
  private record InLine(OptionalDouble capture) implements Purpose {}

  /**
   * The record alone.
   *
   * @param source of randomness that nothing else draws from
   */
  private record Aside(Generator source) implements Purpose {}

  private void trainOn(int round, FineTune tune, int granted, Purpose purpose) {
    Generator source = purpose instanceof Aside aside ? aside.source() : generator;
    tune.prepare(new Restart(module, origins, latest, recipe.init(), source));
    int count = tune.epochs(new Allowance(recipe.denseEpochs(), granted, this::macsRatio));
    long steps = recipe.steps(count);
    LongFunction<LrSchedule> ordinary = it -> recipe.rates(it, false);
    boolean trained = round > 0;
    var rates =
        new Rates(
            recipe.steps(recipe.denseEpochs()),
            ordinary,
            trained ? recipe::fineTuneRates : ordinary);
    LrSchedule factors = tune.rates(rates, steps);
    switch (purpose) {
      case Aside _ -> train(round, count, factors, tune, List.of());
      case InLine(OptionalDouble share) when share.isEmpty() ->
          train(round, count, factors, tune, observers());
      case InLine(OptionalDouble share) -> {
        long at = Math.round(share.getAsDouble() * steps);
        Map<String, Tensor> before = at == 0 ? copy() : null;
        var capture = new Capture(at);
        train(round, count, factors, tune, observers(capture));
        forget();
        latest = before == null ? capture.state : before;
      }
    }
  }

  /** The scorer's, and more. */
  private List<TrainingListener> observers(TrainingListener... more) {
    List<TrainingListener> all = new ArrayList<>();
    pruner.observer().ifPresent(all::add);
    all.addAll(List.of(more));
    return all;
  }

  private void train(
      int round, int count, LrSchedule rates, FineTune tune, List<TrainingListener> own) {
    List<TrainingListener> all = new ArrayList<>(own);
    all.addAll(listeners);
    all.add(macs);
    long start = System.nanoTime();
    recipe.train(
        module,
        new TrainingPhase(round, count, rates, tune.loss(recipe.loss(), origins::teacher), all));
    nanos += System.nanoTime() - start;
    epochs += count;
    latestEpochs = count;
  }

  private double macsRatio() {
    ModelSummary summary = ModelSummary.of(module, input);
    return (double) summary.macs() / summary.remainingMacs();
  }

  private Map<String, Tensor> copy() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    module.stateDict().forEach((name, tensor) -> state.put(name, Scope.detach(tensor.copy())));
    return state;
  }

  private void forget() {
    if (latest != null) {
      latest.values().forEach(Tensor::close);
      latest = null;
    }
  }

  /** Keeps the state after a step. */
  private final class Capture implements TrainingListener {
    private final long at;
    private Map<String, Tensor> state;

    Capture(long at) {
      this.at = at;
    }

    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      if (event.step() == at) {
        state = copy();
      }
    }
  }
}
