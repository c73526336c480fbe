package dev.espalier.bench.gpu;

import dev.espalier.autograd.Variable;
import dev.espalier.bench.kernel.Networks;
import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.util.Arrays;

/**
 * Steps of SGD on one batch of random images, the same ones on every device.
 *
 * @param model a name of the zoo
 * @param sparsity share of the prunable weights that masks hold at zero
 * @param batch images
 */
public record DeviceTraining(String model, double sparsity, int batch) {
  /** Of the first losses relative to the CPU's: both sum in float32, each in its own order. */
  public static final double TOLERANCE = 1e-3;

  private static final double RATE = 0.02;
  private static final double MOMENTUM = 0.9;
  private static final double DECAY = 5e-4;

  /**
   * What steps gave.
   *
   * @param losses before each step
   * @param millis of each step, in which the loss comes to the host
   */
  public record Run(double[] losses, double[] millis) {
    /** The largest relative difference of the losses that both have. */
    public double difference(Run other) {
      double worst = 0;
      for (int i = 0; i < Math.min(losses.length, other.losses.length); i++) {
        double difference = Math.abs(losses[i] - other.losses[i]) / Math.max(1, other.losses[i]);
        worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
      }
      return worst;
    }

    /** Of the second half of the steps, when everything is warm. */
    public double medianMillis() {
      double[] later = Arrays.copyOfRange(millis, millis.length / 2, millis.length);
      Arrays.sort(later);
      return later[later.length / 2];
    }
  }

  /** Trains a new copy of the network, whose weights are always the same. */
  public Run run(Device device, int steps) {
    double[] losses = new double[steps];
    double[] millis = new double[steps];
    long[] classes = new long[batch];
    Arrays.setAll(classes, i -> i % Networks.CLASSES);
    try (var _ = Scope.open("training on " + device)) {
      Module network = Networks.create(model, sparsity).to(device);
      network.train();
      var optimizer = new Sgd(network, RATE, MOMENTUM, DECAY);
      var loss = new CrossEntropy();
      Shape shape = Networks.input(model, batch);
      Tensor images = RandomFill.uniform(new Generator(2), DType.FLOAT32, shape, -1, 1).to(device);
      Tensor labels = Tensor.of(Shape.of(batch), classes).to(device);
      for (int step = 0; step < steps; step++) {
        long start = System.nanoTime();
        try (var _ = Scope.open("step")) {
          network.zeroGrad();
          Variable value = loss.of(network.forward(Variable.of(images)), labels);
          value.backward();
          optimizer.step();
          losses[step] = value.tensor().item();
        }
        millis[step] = (System.nanoTime() - start) / 1e6;
      }
      network.close();
    }
    return new Run(losses, millis);
  }
}
