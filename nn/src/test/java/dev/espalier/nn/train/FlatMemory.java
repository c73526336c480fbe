package dev.espalier.nn.train;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.function.Consumer;

/**
 * A program that trains LeNet-5 without masks, with hard and with soft ones, and prints the
 * allocator's figures after some of the steps, in a process of its own so that nothing else
 * allocates.
 */
final class FlatMemory {
  private static final int IMAGES = 50;
  private static final int BATCH = 5;
  private static final List<Long> PRINTED = List.of(2L, 20L, 60L);

  private FlatMemory() {}

  public static void main(String[] arguments) {
    train("dense", _ -> {});
    for (Parameter.MaskMode mode : Parameter.MaskMode.values()) {
      train(mode.name(), p -> p.setMask(Mask.of(p.shape(), i -> i % 10 == 0), mode));
    }
  }

  private static void train(String name, Consumer<Parameter> prepare) {
    Module model = Models.create("lenet-5", 10, new Generator(1));
    model.parameters().stream().filter(p -> p.shape().rank() > 1).forEach(prepare);
    var optimizer = new Sgd(model, 0.001, 0.9, 5e-4);
    try (var data = images()) {
      TrainingPlan plan =
          TrainingPlan.of(1000, new CrossEntropy(), optimizer)
              .withMaxGradientNorm(5)
              .withListeners(new Printing(name));
      new Trainer(model, data, plan).run();
    }
    optimizer.reset();
    model.close();
  }

  private static DataLoader images() {
    var generator = new Generator(2);
    byte[] pixels = new byte[IMAGES * 784];
    byte[] labels = new byte[IMAGES];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) generator.nextInt(256);
    }
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = (byte) (i % 10);
    }
    var set = ImageDataset.of("noise", "train", new ImageShape(1, 28, 28), 10, pixels, labels);
    return new DataLoader(
        set, Augment.none(Normalization.grey(0.5f, 0.3f)), LoaderOptions.training(BATCH, 1));
  }

  private static final class Printing implements TrainingListener {
    private final String name;

    Printing(String name) {
      this.name = name;
    }

    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      if (PRINTED.contains(event.step())) {
        Memory.Stats stats = Memory.stats();
        System.out.printf(
            "%s: %d in use, %d cached, %d storages%n",
            name, stats.bytesInUse(), stats.bytesCached(), stats.liveStorages());
      }
      if (event.step() == PRINTED.getLast()) {
        trainer.requestStop();
      }
    }
  }
}
