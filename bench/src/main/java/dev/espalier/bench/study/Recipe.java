package dev.espalier.bench.study;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.InitRule;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a model is trained; if nothing else is said, by stochastic gradient descent with momentum,
 * weight decay on weights only, and a rate that drops tenfold twice.
 *
 * @param lr learning rate at first
 * @param descent the optimiser
 * @param batch examples per step
 * @param epochs epochs of the dense network
 * @param drops how the rate changes
 * @param tuning what is different after pruning
 * @param augment whether images are cropped and flipped at random
 * @param scoreImages training images that scorers see which need data
 * @param init how weights are drawn at first
 */
public record Recipe(
    double lr,
    Descent descent,
    int batch,
    int epochs,
    Drops drops,
    Tuning tuning,
    boolean augment,
    int scoreImages,
    InitRule init) {
  /** How weights are drawn in results of old versions, which do not say. */
  static final Map<String, String> UNSAID = Map.of("init", InitRule.HE.label());

  /** The settings that a dense network does not depend on. */
  static final List<String> NOT_DENSE =
      List.of("finetune_epochs", "finetune_lr", "finetune_lr_drops", "score_images");

  private static final int SCORE_IMAGES = 256;

  /** Checks the numbers. */
  public Recipe {
    if (!(lr > 0) || batch < 1 || epochs < 1 || tuning.epochs() < 0 || scoreImages < 1) {
      throw new IllegalArgumentException(
          "recipe: needs lr > 0, batch >= 1, epochs >= 1, fine-tuning epochs >= 0 and images to score on >= 1 but got %s, %d, %d, %d and %d"
              .formatted(lr, batch, epochs, tuning.epochs(), scoreImages));
    }
  }

  /**
   * The built-in recipe of a model.
   *
   * <p>LeNet-5 takes rate and batch of the network's solver file in Caffe (Y. Jia et al., 2014): it
   * has no activations after its convolutions and diverges at larger rates.
   */
  public static Recipe of(String model) {
    return switch (model) {
      case "lenet-300-100", "maxout-100" -> usual(0.05, 100, 15, 5, false);
      case "lenet-5", "lenet-5-relu" -> usual(0.01, 64, 15, 5, false);
      case "lenet-5-maxout" -> usual(0.003, 64, 15, 5, false); // diverges at 0.01
      default -> usual(0.1, 128, 20, 10, true);
    };
  }

  private static Recipe usual(double lr, int batch, int epochs, int fineTune, boolean augment) {
    return new Recipe(
        lr,
        new Descent(Descent.Rule.SGD, 0.9, 5e-4),
        batch,
        epochs,
        new Drops(List.of(0.5, 0.8), List.of(0.7, 0.9), 0.1, 0),
        new Tuning(fineTune),
        augment,
        SCORE_IMAGES,
        InitRule.HE);
  }

  /** This with other numbers of epochs. */
  public Recipe withEpochs(int dense, int fineTune) {
    return new Recipe(
        lr,
        descent,
        batch,
        dense,
        drops,
        new Tuning(fineTune, tuning.lr(), tuning.dropAt()),
        augment,
        scoreImages,
        init);
  }

  /** This with another learning rate. */
  public Recipe withLr(double rate) {
    return new Recipe(rate, descent, batch, epochs, drops, tuning, augment, scoreImages, init);
  }

  /** This with another batch size. */
  public Recipe withBatch(int size) {
    return new Recipe(lr, descent, size, epochs, drops, tuning, augment, scoreImages, init);
  }

  /** This with another number of training images that scorers see. */
  public Recipe withScoreImages(int images) {
    return new Recipe(lr, descent, batch, epochs, drops, tuning, augment, images, init);
  }

  /** A network of the zoo before training; He-normal draws are the zoo's own. */
  Module create(String model, int classes, Generator generator) {
    Module module = Models.create(model, classes, generator);
    return init == InitRule.HE ? module : init.draw(generator, module);
  }

  /** Epochs after pruning, all rounds together. */
  public int fineTuneEpochs() {
    return tuning.epochs();
  }

  /** A new optimiser for a module. */
  public Optimizer optimizer(Module module) {
    return descent.of(module, lr);
  }

  /** The learning-rate schedule over a number of steps. */
  public LrSchedule schedule(long steps, boolean gradual) {
    return drops.over(steps, gradual);
  }

  /** The same for weights that are trained already, relative to the recipe's rate. */
  LrSchedule fineTuneSchedule(long steps) {
    LrSchedule schedule =
        tuning.dropAt().map(at -> drops.over(steps, at)).orElseGet(() -> schedule(steps, false));
    double factor = tuning.lr().orElse(lr) / lr;
    return step -> factor * schedule.factor(step);
  }

  /** Every setting by name, for provenance. */
  public SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("optimizer", descent.text());
    settings.put("lr", Double.toString(lr));
    settings.put("weight_decay", Double.toString(descent.weightDecay()));
    settings.put("batch", Integer.toString(batch));
    settings.put("epochs", Integer.toString(epochs));
    settings.put("finetune_epochs", Integer.toString(tuning.epochs()));
    tuning.lr().ifPresent(it -> settings.put("finetune_lr", Double.toString(it)));
    tuning.dropAt().ifPresent(it -> settings.put("finetune_lr_drops", it + " of the steps"));
    settings.put("lr_drops", drops.text());
    if (drops.warmUp() > 0) {
      settings.put("lr_warmup", drops.warmUp() + " of the steps");
    }
    settings.put("augment", Boolean.toString(augment));
    settings.put("init", init.label());
    settings.put("score_images", Integer.toString(scoreImages));
    return settings;
  }
}
