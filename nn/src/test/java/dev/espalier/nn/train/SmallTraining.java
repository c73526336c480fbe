package dev.espalier.nn.train;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.nn.optim.ParameterGroup;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.sparse.Mask;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A training with everything that a resume must restore: convolution, batch-norm, dropout,
 * momentum, augmentation, an incomplete last batch, a schedule, and masks that tighten while it
 * runs.
 */
final class SmallTraining implements AutoCloseable {
  static final int IMAGES = 60;
  static final int BATCH = 16;
  static final int STEPS_PER_EPOCH = 4;
  static final int CLASSES = 3;

  private static final int SIDE = 8;
  private static final int PRUNE_EVERY = 5;

  final Module model;
  final Optimizer optimizer;
  final DataLoader data;
  final Trainer trainer;

  SmallTraining(int epochs, TrainingListener... listeners) {
    this(
        epochs,
        model ->
            new Sgd(
                List.of(new ParameterGroup(model.namedParameters(), 0.05, 1e-3)),
                Sgd.Config.momentum(0.9)),
        listeners);
  }

  SmallTraining(
      int epochs, Function<Module, Optimizer> optimizerOf, TrainingListener... listeners) {
    model = model();
    optimizer = optimizerOf.apply(model);
    data = loader(images());
    TrainingPlan plan =
        TrainingPlan.of(epochs, new CrossEntropy(0.1), optimizer)
            .withSchedule(LrSchedule.cosine(40, 0).withWarmUp(3))
            .withMaxGradientNorm(2)
            .withListeners(new Pruning())
            .withListeners(listeners);
    trainer = new Trainer(model, data, plan);
  }

  static Module model() {
    var generator = new Generator(7);
    return new Sequential(
        new Conv2d(1, 6, 3, ConvSpec.of(1, 1), generator),
        new BatchNorm2d(6),
        new ReLU(),
        new MaxPool2d(2),
        new Dropout(0.2, generator.split("spatial")),
        new Flatten(),
        new Linear(6 * SIDE / 2 * SIDE / 2, 20, generator),
        new ReLU(),
        new Dropout(0.5, generator.split("head")),
        new Linear(20, CLASSES, generator));
  }

  /** Noise, brighter in a third of the rows that depends on the class. */
  static ImageDataset images() {
    var generator = new Generator(3);
    byte[] pixels = new byte[IMAGES * SIDE * SIDE];
    byte[] labels = new byte[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = (byte) (i % CLASSES);
      for (int p = 0; p < SIDE * SIDE; p++) {
        boolean bright = p / SIDE * CLASSES / SIDE == labels[i];
        pixels[i * SIDE * SIDE + p] = (byte) (generator.nextInt(150) + (bright ? 100 : 0));
      }
    }
    return ImageDataset.of("bars", "train", new ImageShape(1, SIDE, SIDE), CLASSES, pixels, labels);
  }

  static DataLoader loader(ImageDataset images) {
    return new DataLoader(
        images,
        Augment.none(Normalization.grey(0.4f, 0.2f)).withCrop(1).withFlip(),
        LoaderOptions.training(BATCH, 5));
  }

  /** Every few steps keeps nine tenths of what a weight has left, the largest. */
  private static final class Pruning implements TrainingListener {
    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      if (event.step() % PRUNE_EVERY != 0) {
        return;
      }
      for (Parameter parameter : trainer.model().parameters()) {
        if (parameter.shape().rank() > 1) {
          try (var _ = Scope.open("pruning")) {
            Tensor scores = Elementwise.abs(parameter.tensor());
            Mask mask = Mask.keepLargest(scores, parameter.kept() * 9 / 10);
            parameter.setMask(mask, Parameter.MaskMode.HARD);
          }
        }
      }
    }
  }

  TrainingEnd run() {
    return trainer.run();
  }

  /** SHA-256 of the bits of model, masks and optimiser state. */
  String digest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      digest(sha, model.stateDict());
      digest(sha, optimizer.stateTensors());
      model
          .namedParameters()
          .forEach(
              (name, p) ->
                  sha.update(
                      (name + (p.mask() == null ? "" : p.mask().digest()))
                          .getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  private static void digest(MessageDigest sha, Map<String, Tensor> tensors) {
    tensors.forEach(
        (name, tensor) -> {
          sha.update(name.getBytes(StandardCharsets.UTF_8));
          ByteBuffer bits = ByteBuffer.allocate(Math.toIntExact(8 * tensor.size()));
          for (double value : tensor.toDoubleArray()) {
            bits.putLong(Double.doubleToRawLongBits(value));
          }
          sha.update(bits.array());
        });
  }

  @Override
  public void close() {
    data.close();
    model.close();
    optimizer.reset();
  }
}
