package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.ImageDataset;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.Normalization;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Adam;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Threads;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Same seed, same bits, whatever the number of threads. */
@Timeout(180)
class ThreadCountTest {
  private static final int IMAGES = 20;

  private final int before = Threads.count();

  @AfterEach
  void restore() {
    Threads.setCount(before);
  }

  private static Map<String, double[]> train(String name, int threads) {
    Threads.setCount(threads);
    Module model = Models.create(name, 10, new Generator(1));
    try (var data = images(Models.entry(name).input())) {
      TrainingPlan plan = TrainingPlan.of(1, new CrossEntropy(), new Adam(model, 0.001));
      new Trainer(model, data, plan.withMaxGradientNorm(1)).run();
    }
    Map<String, double[]> bits = new LinkedHashMap<>();
    model.stateDict().forEach((key, tensor) -> bits.put(key, tensor.toDoubleArray()));
    model.close();
    return bits;
  }

  private static DataLoader images(Shape shape) {
    var generator = new Generator(2);
    byte[] pixels = new byte[(int) (IMAGES * shape.size())];
    byte[] labels = new byte[IMAGES];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) generator.nextInt(256);
    }
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = (byte) (i % 10);
    }
    var set =
        ImageDataset.of(
            "noise",
            "train",
            new ImageShape(shape.dim(0), shape.dim(1), shape.dim(2)),
            10,
            pixels,
            labels);
    Normalization normalization =
        shape.dim(0) == 1
            ? Normalization.grey(0.5f, 0.3f)
            : new Normalization(
                java.util.List.of(0.5f, 0.5f, 0.5f), java.util.List.of(0.3f, 0.3f, 0.3f));
    return new DataLoader(set, Augment.none(normalization), LoaderOptions.training(10, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-5", "resnet-8"})
  void trainingGivesTheSameBits(String name) {
    Map<String, double[]> one = train(name, 1);
    Map<String, double[]> two = train(name, 2);
    one.forEach((key, values) -> assertThat(two.get(key)).as(key).isEqualTo(values));
  }
}
