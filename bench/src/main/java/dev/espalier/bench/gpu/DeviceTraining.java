package dev.espalier.bench.gpu;

import dev.espalier.autograd.Variable;
import dev.espalier.bench.kernel.Networks;
import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.CapturedWork;
import java.util.Arrays;
import java.util.Optional;

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
    var run = new Run(new double[steps], new double[steps]);
    try (var training = new Training(device)) {
      training.repeat(training::step, 0, steps, run);
    }
    return run;
  }

  /**
   * As {@link #run}, but from the second step on one step is captured and replayed; empty where a
   * device repeats nothing.
   */
  public Optional<Run> replayed(Device device, int steps) {
    var run = new Run(new double[steps], new double[steps]);
    try (var training = new Training(device)) {
      training.repeat(training::step, 0, 1, run);
      Optional<CapturedWork> step = Backends.of(device).capture(training::step);
      if (step.isEmpty()) {
        return Optional.empty();
      }
      try (CapturedWork captured = step.get()) {
        training.repeat(captured::replay, 1, steps, run);
      }
    }
    return Optional.of(run);
  }

  /** A network on a device with its batch; no gradient outlives a step. */
  private final class Training implements AutoCloseable {
    private final Scope scope;
    private final Module network;
    private final Sgd optimizer;
    private final CrossEntropy loss = new CrossEntropy();
    private final Tensor images;
    private final Tensor labels;
    private final Tensor lossBefore;

    Training(Device device) {
      scope = Scope.open("training on " + device);
      network = Networks.create(model, sparsity).to(device);
      network.train();
      optimizer = new Sgd(network, RATE, MOMENTUM, DECAY);
      long[] classes = new long[batch];
      Arrays.setAll(classes, i -> i % Networks.CLASSES);
      Shape shape = Networks.input(model, batch);
      images = RandomFill.uniform(new Generator(2), DType.FLOAT32, shape, -1, 1).to(device);
      labels = Tensor.of(Shape.of(batch), classes).to(device);
      lossBefore = Tensor.empty(DType.FLOAT32, Shape.of(), device);
    }

    void step() {
      try (var _ = Scope.open("step")) {
        Variable value = loss.of(network.forward(Variable.of(images)), labels);
        value.backward();
        optimizer.step();
        lossBefore.copyFrom(value.tensor());
        network.zeroGrad();
      }
    }

    void repeat(Runnable step, int first, int end, Run run) {
      for (int i = first; i < end; i++) {
        long start = System.nanoTime();
        step.run();
        run.losses[i] = lossBefore.item();
        run.millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }

    @Override
    public void close() {
      network.close();
      scope.close();
    }
  }
}
