package dev.espalier.bench.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A network trains on a CUDA device, here the emulated one, as it does on the CPU.
 *
 * <p>The emulator checks every access, and each tensor has an allocation of its own: the first
 * fault would end the training.
 */
final class DeviceTrainingTest {
  private static final int STEPS = 20;
  private static final int BATCH = 4;

  @BeforeAll
  static void emulateTheDevice() {
    System.setProperty("espalier.cuda.emulator", "true");
  }

  /** Losses of the first steps of LeNet-5 on a few images, seen again and again. */
  private static double[] losses(Device device) {
    var generator = new Generator(7);
    double[] losses = new double[STEPS];
    try (var _ = Scope.open("training")) {
      Module model = Models.create("lenet-5-relu", 10, generator.split("model")).to(device);
      var optimizer = new Sgd(model, 0.02, 0.9, 5e-4);
      var loss = new CrossEntropy();
      Tensor images =
          RandomFill.normal(
              generator.split("images"), DType.FLOAT32, Shape.of(4 * BATCH, 1, 28, 28), 0, 1);
      for (int step = 0; step < STEPS; step++) {
        try (var _ = Scope.open("step")) {
          int first = step % 4 * BATCH;
          Tensor batch = images.narrow(0, first, BATCH).contiguous().to(device);
          Tensor labels =
              Tensor.of(Shape.of(BATCH), first % 10L, (first + 1) % 10L, (first + 2) % 10L, 3L)
                  .to(device);
          optimizer.zeroGrad();
          Variable value = loss.of(model.forward(Variable.of(batch)), labels);
          losses[step] = value.tensor().item();
          value.backward();
          optimizer.step();
        }
      }
      model.close();
    }
    return losses;
  }

  @Test
  void lossesOfLeNetOnTheEmulatorAreThoseOfTheProcessor() {
    double[] expected = losses(Device.CPU);
    double[] actual = losses(new Device("cuda", 0));
    for (int step = 0; step < STEPS; step++) {
      assertThat(actual[step]).as("step %d", step).isCloseTo(expected[step], within(1e-4));
    }
    assertThat(expected[STEPS - 1]).as("training moves").isLessThan(0.7 * expected[0]);
  }
}
