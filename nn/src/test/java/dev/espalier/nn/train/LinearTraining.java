package dev.espalier.nn.train;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.function.UnaryOperator;

/** The least training there is: five 1×2 images, two a batch, through a linear layer named 1. */
final class LinearTraining implements AutoCloseable {
  static final int STEPS_PER_EPOCH = 3;
  static final int CLASSES = 3;

  final Sequential model;
  final DataLoader data;
  final Trainer trainer;

  LinearTraining(int epochs, TrainingListener... listeners) {
    this(epochs, plan -> plan, listeners);
  }

  LinearTraining(int epochs, UnaryOperator<TrainingPlan> changes, TrainingListener... listeners) {
    model = new Sequential(new Flatten(), new Linear(2, CLASSES, new Generator(1)));
    data = loader(2, 0, 1, 2, 0, 1);
    TrainingPlan plan =
        TrainingPlan.of(epochs, new CrossEntropy(), new Sgd(model, 0.1, 0.9, 0))
            .withListeners(listeners);
    trainer = new Trainer(model, data, changes.apply(plan));
  }

  /** Images in this order, of these labels; image i holds i and 255 - i. */
  static DataLoader loader(int batchSize, int... labels) {
    byte[] pixels = new byte[2 * labels.length];
    byte[] bytes = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      pixels[2 * i] = (byte) i;
      pixels[2 * i + 1] = (byte) (255 - i);
      bytes[i] = (byte) labels[i];
    }
    return new DataLoader(
        ImageDataset.of("pairs", "all", new ImageShape(1, 1, 2), CLASSES, pixels, bytes),
        Augment.none(Normalization.grey(0, 1)),
        LoaderOptions.evaluation(batchSize));
  }

  Parameter weight() {
    return model.namedParameters().get("1.weight");
  }

  /** Makes every later loss NaN. */
  static void poison(Module model) {
    Tensor weight = model.namedParameters().get("1.weight").tensor();
    weight.copyFrom(Tensor.of(weight.shape(), 0, 0, 0, Float.NaN, 0, 0));
  }

  TrainingEnd run() {
    return trainer.run();
  }

  @Override
  public void close() {
    data.close();
    model.close();
    trainer.optimizer().reset();
  }
}
