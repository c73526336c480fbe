package dev.espalier.bench.study;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.optim.ParameterGroup;
import dev.espalier.nn.optim.Sgd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a model is trained: stochastic gradient descent with momentum, weight decay on weights only,
 * and a rate that drops tenfold twice.
 *
 * @param lr learning rate at first
 * @param weightDecay L2 coefficient of weights; biases and normalisation have none
 * @param batch examples per step
 * @param epochs epochs of the dense network
 * @param fineTuneEpochs epochs after pruning, all rounds together; a method that prunes inside
 *     training gets both in one go
 * @param dropAt the shares of the steps at which the rate drops in ordinary training
 * @param gradualDropAt the same for a method that prunes inside training
 * @param augment whether images are cropped and flipped at random
 */
public record Recipe(
    double lr,
    double weightDecay,
    int batch,
    int epochs,
    int fineTuneEpochs,
    List<Double> dropAt,
    List<Double> gradualDropAt,
    boolean augment) {
  /** The setting that a dense network does not depend on. */
  static final String FINE_TUNE_EPOCHS = "finetune_epochs";

  private static final double MOMENTUM = 0.9;
  private static final double DROP = 0.1;

  /** Checks the numbers. */
  public Recipe {
    if (!(lr > 0) || !(weightDecay >= 0) || batch < 1 || epochs < 1 || fineTuneEpochs < 0) {
      throw new IllegalArgumentException(
          "recipe: needs lr > 0, weight decay >= 0, batch >= 1, epochs >= 1 and fine-tuning epochs >= 0 but got %s, %s, %d, %d and %d"
              .formatted(lr, weightDecay, batch, epochs, fineTuneEpochs));
    }
    for (List<Double> shares : List.of(dropAt, gradualDropAt)) {
      if (shares.stream().anyMatch(share -> !(share > 0 && share < 1))) {
        throw new IllegalArgumentException(
            "recipe: rates drop at shares of the steps between 0 and 1 but got " + shares);
      }
    }
    dropAt = List.copyOf(dropAt);
    gradualDropAt = List.copyOf(gradualDropAt);
  }

  /**
   * The built-in recipe of a model.
   *
   * <p>LeNet-5 takes rate and batch of the network's solver file in Caffe (Y. Jia et al., 2014): it
   * has no activations after its convolutions and diverges at larger rates.
   */
  public static Recipe of(String model) {
    List<Double> drops = List.of(0.5, 0.8);
    List<Double> late = List.of(0.7, 0.9);
    return switch (model) {
      case "lenet-300-100" -> new Recipe(0.05, 5e-4, 100, 15, 5, drops, late, false);
      case "lenet-5", "lenet-5-relu" -> new Recipe(0.01, 5e-4, 64, 15, 5, drops, late, false);
      default -> new Recipe(0.1, 5e-4, 128, 20, 10, drops, late, true);
    };
  }

  /** This with other numbers of epochs. */
  public Recipe withEpochs(int dense, int fineTune) {
    return new Recipe(lr, weightDecay, batch, dense, fineTune, dropAt, gradualDropAt, augment);
  }

  /** This with another learning rate. */
  public Recipe withLr(double rate) {
    return new Recipe(
        rate, weightDecay, batch, epochs, fineTuneEpochs, dropAt, gradualDropAt, augment);
  }

  /** This with another batch size. */
  public Recipe withBatch(int size) {
    return new Recipe(
        lr, weightDecay, size, epochs, fineTuneEpochs, dropAt, gradualDropAt, augment);
  }

  /** A new optimiser for a module. */
  public Sgd optimizer(Module module) {
    Map<String, Parameter> decayed = new LinkedHashMap<>();
    Map<String, Parameter> free = new LinkedHashMap<>();
    module
        .namedParameters()
        .forEach((name, p) -> (p.shape().rank() > 1 ? decayed : free).put(name, p));
    return new Sgd(
        List.of(new ParameterGroup(decayed, lr, weightDecay), new ParameterGroup(free, lr, 0)),
        Sgd.Config.momentum(MOMENTUM));
  }

  /** The learning-rate schedule over a number of steps. */
  public LrSchedule schedule(long steps, boolean gradual) {
    long[] milestones =
        (gradual ? gradualDropAt : dropAt)
            .stream().mapToLong(share -> Math.round(share * steps)).toArray();
    return LrSchedule.multiStep(DROP, milestones);
  }

  /** Every setting by name, for provenance. */
  public SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("optimizer", "sgd momentum " + MOMENTUM);
    settings.put("lr", Double.toString(lr));
    settings.put("weight_decay", Double.toString(weightDecay));
    settings.put("batch", Integer.toString(batch));
    settings.put("epochs", Integer.toString(epochs));
    settings.put(FINE_TUNE_EPOCHS, Integer.toString(fineTuneEpochs));
    settings.put(
        "lr_drops", dropAt + " of the steps, gradual " + gradualDropAt + ", factor " + DROP);
    settings.put("augment", Boolean.toString(augment));
    return settings;
  }
}
