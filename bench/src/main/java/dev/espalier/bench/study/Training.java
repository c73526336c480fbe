package dev.espalier.bench.study;

import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.train.Evaluation;
import dev.espalier.nn.train.Metrics;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.train.TrainingPlan;
import java.util.SortedMap;

/** Trains and evaluates models on one data set by one recipe, several at once if need be. */
final class Training {
  static final int EVALUATION_BATCH = 500;
  private static final int CROP_PADDING = 4;

  private final TrainTest data;
  private final Recipe recipe;

  Training(TrainTest data, Recipe recipe) {
    this.data = data;
    this.recipe = recipe;
  }

  /** What a trained dense network depends on besides model and seed, by name. */
  SortedMap<String, String> denseSettings() {
    SortedMap<String, String> settings = recipe.settings();
    settings.remove(Recipe.FINE_TUNE_EPOCHS);
    settings.put("training_data", data.train().digest());
    return settings;
  }

  /** Steps in a number of epochs. */
  long steps(int epochs) {
    return (long) epochs * Math.ceilDiv(data.train().count(), recipe.batch());
  }

  /** Trains for some epochs, the learning rate starting afresh. */
  void train(Module module, int epochs, boolean gradual, long seed, TrainingListener... listeners) {
    Augment augment = Augment.none(data.spec().normalization());
    if (recipe.augment()) {
      augment = augment.withCrop(CROP_PADDING).withFlip();
    }
    try (var loader =
        new DataLoader(data.train(), augment, LoaderOptions.training(recipe.batch(), seed))) {
      var plan =
          TrainingPlan.of(epochs, new CrossEntropy(), recipe.optimizer(module))
              .withSchedule(recipe.schedule(steps(epochs), gradual))
              .withListeners(listeners);
      new Trainer(module, loader, plan).run();
    }
  }

  /** Accuracy on the test images. */
  Metrics evaluate(Module module) {
    try (var test =
        new DataLoader(
            data.test(),
            Augment.none(data.spec().normalization()),
            LoaderOptions.evaluation(EVALUATION_BATCH))) {
      return Evaluation.of(module, test, new CrossEntropy());
    }
  }
}
