package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.nn.train.Evaluation;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.train.TrainingPlan;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A problem that a small network learns in a fraction of a second, with its dense run. */
final class Toy implements TrainingRecipe, Origins {
  static final int EPOCHS = 8;
  static final int FINE_TUNE_EPOCHS = 4;
  static final Shape INPUT = Shape.of(1, 8, 8);

  private static final int SIDE = 8;
  private static final int IMAGES = 96;
  private static final int BATCH = 16;
  private static final int CLASSES = 4;

  private final ImageDataset images = images();
  private final Map<Long, Map<String, Tensor>> dense = new LinkedHashMap<>();

  /** Every run that was made, with the steps that it took. */
  final List<TrainingPhase> phases = new ArrayList<>();

  /** The optimiser of the latest run. */
  Sgd optimizer;

  /** A network before training. */
  static Module network() {
    var generator = new Generator(11);
    return new Sequential(
        new Flatten(),
        new Linear(64, 24, generator),
        new BatchNorm1d(24),
        new ReLU(),
        new Linear(24, 16, generator),
        new ReLU(),
        new Linear(16, CLASSES, generator));
  }

  /** Noise, brighter in a quarter of the rows that depends on the class. */
  private static ImageDataset images() {
    var generator = new Generator(3);
    byte[] pixels = new byte[IMAGES * SIDE * SIDE];
    byte[] labels = new byte[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = (byte) (i % CLASSES);
      for (int p = 0; p < SIDE * SIDE; p++) {
        boolean bright = p / SIDE * CLASSES / SIDE == labels[i];
        pixels[i * SIDE * SIDE + p] = (byte) (generator.nextInt(190) + (bright ? 60 : 0));
      }
    }
    return ImageDataset.of("bars", "train", new ImageShape(1, SIDE, SIDE), CLASSES, pixels, labels);
  }

  /** An input. */
  static Tensor example() {
    return Nets.inputs(INPUT, 2);
  }

  /** Share of the images that a network gets right. */
  double accuracy(Module module) {
    try (var loader = loader(LoaderOptions.evaluation(32))) {
      return Evaluation.of(module, loader, new CrossEntropy()).top1();
    }
  }

  /** All images, for scorers. */
  ScoringData data() {
    return ScoringData.of(loader(LoaderOptions.evaluation(32)), IMAGES / 32, new CrossEntropy());
  }

  private DataLoader loader(LoaderOptions options) {
    return new DataLoader(images, Augment.none(Normalization.grey(0.4f, 0.2f)), options);
  }

  /** A trained network. */
  Module trained() {
    Module module = network();
    module.loadStateDict(dense(1));
    return module;
  }

  @Override
  public Map<String, Tensor> dense(double share) {
    long step = Math.round(share * steps(EPOCHS));
    if (dense.isEmpty()) {
      trainDense();
    }
    return dense.get(step);
  }

  private void trainDense() {
    Module module = network();
    dense.put(0L, copy(module));
    TrainingListener keep =
        new TrainingListener() {
          @Override
          public void afterStep(Trainer trainer, StepEvent event) {
            dense.put(event.step(), copy(module));
          }
        };
    long steps = steps(EPOCHS);
    train(module, new TrainingPhase(0, EPOCHS, rates(steps, false), loss(), List.of(keep)));
    phases.clear();
  }

  /** A copy of a module's state. */
  static Map<String, Tensor> copy(Module module) {
    Map<String, Tensor> state = new LinkedHashMap<>();
    module.stateDict().forEach((name, tensor) -> state.put(name, Scope.detach(tensor.copy())));
    return state;
  }

  @Override
  public Module teacher() {
    return trained();
  }

  /** Runs a method from start to end. */
  Module run(Method method, double density, Consumer<MethodRun> setUp) {
    return run(method, new Goal.Density(density), setUp);
  }

  /** Runs a method from start to end. */
  Module run(Method method, Goal goal, Consumer<MethodRun> setUp) {
    Module module = MethodRun.startsTrained(method) ? trained() : network();
    var generator = new Generator(5);
    var pruner = new Pruner(module, method, example(), generator);
    var run = new MethodRun(method, module, pruner, this, this, INPUT, generator);
    setUp.accept(run);
    run.run(goal);
    return module;
  }

  /** Runs a method from start to end. */
  Module run(Method method, double density) {
    return run(method, density, _ -> {});
  }

  @Override
  public int denseEpochs() {
    return EPOCHS;
  }

  @Override
  public int fineTuneEpochs(int round, int rounds) {
    return FINE_TUNE_EPOCHS;
  }

  @Override
  public int wholeEpochs() {
    return EPOCHS + FINE_TUNE_EPOCHS;
  }

  @Override
  public long steps(int epochs) {
    return (long) epochs * Math.ceilDiv(IMAGES, BATCH);
  }

  @Override
  public LrSchedule rates(long steps, boolean gradual) {
    return LrSchedule.multiStep(0.1, Math.round((gradual ? 0.9 : 0.7) * steps));
  }

  @Override
  public LrSchedule fineTuneRates(long steps) {
    return LrSchedule.multiStep(0.1, Math.round(0.5 * steps));
  }

  @Override
  public Loss loss() {
    return new CrossEntropy();
  }

  @Override
  public void train(Module module, TrainingPhase phase) {
    phases.add(phase);
    optimizer = new Sgd(module, 0.05, 0.9, 1e-4);
    try (var loader = loader(LoaderOptions.training(BATCH, 40 + phase.round()))) {
      var plan =
          TrainingPlan.of(phase.epochs(), phase.loss(), optimizer)
              .withSchedule(phase.rates())
              .withListeners(phase.listeners().toArray(TrainingListener[]::new));
      new Trainer(module, loader, plan).run();
    }
  }
}
