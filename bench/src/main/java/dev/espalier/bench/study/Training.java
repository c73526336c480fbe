package dev.espalier.bench.study;

import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.layer.InitRule;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.train.Evaluation;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.train.TrainingPlan;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.ScoringData;
import dev.espalier.prune.TrainingPhase;
import dev.espalier.prune.TrainingRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/** Trains and evaluates models on one data set by one recipe, several at once if need be. */
public final class Training {
  /** The most images that scorers take gradients of at once. */
  static final int SCORING_BATCH = 256;

  static final int EVALUATION_BATCH = 500;
  private static final int CROP_PADDING = 4;

  private final TrainTest data;
  private final Recipe recipe;

  /** Starts nothing yet. */
  public Training(TrainTest data, Recipe recipe) {
    this.data = data;
    this.recipe = recipe;
  }

  /** What a trained dense network depends on besides model and seed, by name. */
  public SortedMap<String, String> denseSettings() {
    SortedMap<String, String> settings = recipe.settings();
    settings.keySet().removeAll(Recipe.NOT_DENSE);
    settings.put("training_data", data.train().digest());
    return settings;
  }

  /** Steps in a number of epochs. */
  long steps(int epochs) {
    return (long) epochs * Math.ceilDiv(data.train().count(), recipe.batch());
  }

  /** Images seen in a number of epochs. */
  long images(int epochs) {
    return (long) epochs * data.train().count();
  }

  /** The training of a dense network. */
  void trainDense(Module module, long seed, TrainingListener... listeners) {
    long steps = steps(recipe.epochs());
    train(
        module,
        new TrainingPhase(
            0,
            recipe.epochs(),
            recipe.schedule(steps, false),
            new CrossEntropy(),
            List.of(listeners)),
        seed);
  }

  private void train(Module module, TrainingPhase phase, long seed) {
    if (phase.epochs() == 0) {
      return;
    }
    Augment augment = Augment.none(data.spec().normalization());
    if (recipe.augment()) {
      augment = augment.withCrop(CROP_PADDING).withFlip();
    }
    try (var loader =
        new DataLoader(data.train(), augment, LoaderOptions.training(recipe.batch(), seed))) {
      var plan =
          TrainingPlan.of(phase.epochs(), phase.loss(), recipe.optimizer(module))
              .withSchedule(phase.rates())
              .withListeners(phase.listeners().toArray(TrainingListener[]::new));
      new Trainer(module, loader, plan).run();
    }
  }

  /** Accuracy on the test images. */
  public Metrics evaluate(Module module) {
    try (var test =
        new DataLoader(
            data.test(),
            Augment.none(data.spec().normalization()),
            LoaderOptions.evaluation(EVALUATION_BATCH))) {
      return Evaluation.of(module, test, new CrossEntropy());
    }
  }

  /**
   * Shuffled training images for scorers, in batches of one size, for which their number is rounded
   * up.
   *
   * @throws IllegalArgumentException if a batch has far fewer classes than a random draw, or the
   *     images far fewer than the data set
   */
  public ScoringData sample(long seed) {
    int images = Math.min(recipe.scoreImages(), data.train().count());
    requireClasses(images);
    int batches = Math.ceilDiv(images, SCORING_BATCH);
    Loss loss = new CrossEntropy();
    List<ScoringContext.Sample> samples = new ArrayList<>();
    try (var loader =
        new DataLoader(
            data.train(),
            Augment.none(data.spec().normalization()),
            LoaderOptions.training(Math.ceilDiv(images, batches), seed))) {
      ScoringData.of(loader, batches, loss)
          .forEach(
              (inputs, targets) ->
                  samples.add(new ScoringContext.Sample(inputs.copy(), targets.copy(), loss)));
    }
    return new ScoringSample(loss, samples);
  }

  /** The first images of a set in class order are of few classes, which shuffling does not mend. */
  private void requireClasses(int images) {
    int classes = data.spec().classes();
    long present = Arrays.stream(data.train().classCounts()).filter(count -> count > 0).count();
    double expected = classes * (1 - Math.pow(1 - 1.0 / classes, images));
    if (2 * present < expected) {
      throw new IllegalArgumentException(
          "scoring data: the %d training images are of %d of the %d classes of '%s'; images in class order mislead every scorer, so take more of them or shuffle their files"
              .formatted(data.train().count(), present, classes, data.spec().name()));
    }
  }

  /**
   * How the runs of one trial of a study train: its rounds share the fine-tuning epochs, later ones
   * having one more if need be.
   */
  TrainingRecipe ofTrial(long seed) {
    return new Runs(seed, recipe.epochs() + recipe.fineTuneEpochs()) {
      @Override
      public int fineTuneEpochs(int round, int rounds) {
        int total = recipe.fineTuneEpochs();
        return total * round / rounds - total * (round - 1) / rounds;
      }
    };
  }

  /**
   * How a stored model is pruned and trained on.
   *
   * @param epochs after each round, or of the run that the pruning is a part of
   */
  public TrainingRecipe ofStored(long seed, int epochs) {
    return new Runs(seed, epochs) {
      @Override
      public int fineTuneEpochs(int round, int rounds) {
        return epochs;
      }
    };
  }

  /** Runs of one seed. */
  private abstract class Runs implements TrainingRecipe {
    private static final long ROUND = 1000;

    private final long seed;
    private final int whole;

    Runs(long seed, int whole) {
      this.seed = seed;
      this.whole = whole;
    }

    @Override
    public int denseEpochs() {
      return recipe.epochs();
    }

    @Override
    public int wholeEpochs() {
      return whole;
    }

    @Override
    public long steps(int epochs) {
      return Training.this.steps(epochs);
    }

    @Override
    public LrSchedule rates(long steps, boolean gradual) {
      return recipe.schedule(steps, gradual);
    }

    @Override
    public LrSchedule fineTuneRates(long steps) {
      return recipe.fineTuneSchedule(steps);
    }

    @Override
    public InitRule init() {
      return recipe.init();
    }

    @Override
    public Loss loss() {
      return new CrossEntropy();
    }

    @Override
    public void train(Module module, TrainingPhase phase) {
      Training.this.train(module, phase, seed + ROUND * phase.round());
    }
  }
}
