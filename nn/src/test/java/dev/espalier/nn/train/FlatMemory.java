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

/**
 * A program that trains LeNet-5 and prints the allocator's figures after some of the steps, in a
 * process of its own so that nothing else allocates. Arguments: hard, soft or no mask; steps.
 */
final class FlatMemory {
  private static final int IMAGES = 100;
  private static final int BATCH = 10;

  private FlatMemory() {}

  public static void main(String[] arguments) {
    Module model = Models.create("lenet-5", 10, new Generator(1));
    if (!arguments[0].equals("dense")) {
      var mode = Parameter.MaskMode.valueOf(arguments[0]);
      for (Parameter parameter : model.parameters()) {
        if (parameter.shape().rank() > 1) {
          parameter.setMask(Mask.of(parameter.shape(), i -> i % 10 == 0), mode);
        }
      }
    }
    try (var data = images()) {
      TrainingPlan plan =
          TrainingPlan.of(1000, new CrossEntropy(), new Sgd(model, 0.001, 0.9, 5e-4))
              .withMaxGradientNorm(5)
              .withListeners(new Printing(Long.parseLong(arguments[1])));
      new Trainer(model, data, plan).run();
    }
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
    private final long last;
    private Trainer trainer;

    Printing(long last) {
      this.last = last;
    }

    @Override
    public void onStart(Trainer started) {
      trainer = started;
    }

    @Override
    public void onStep(StepEvent event) {
      if (event.step() == 2 || event.step() == 20 || event.step() == last) {
        Memory.Stats stats = Memory.stats();
        System.out.printf(
            "step %d: %d in use, %d cached, %d storages%n",
            event.step(), stats.bytesInUse(), stats.bytesCached(), stats.liveStorages());
      }
      if (event.step() == last) {
        trainer.requestStop();
      }
    }
  }
}
