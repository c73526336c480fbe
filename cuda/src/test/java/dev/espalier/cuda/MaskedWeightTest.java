package dev.espalier.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.Weight;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Masked weights run sparse or dense as the table of the device says that they lie on. */
final class MaskedWeightTest {
  private static final Device CUDA = new Device("cuda", 0);
  private static final double ROUNDING = 1e-4;

  private final CudaBackend backend = (CudaBackend) Backends.of(CUDA);
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor normal(long seed, Shape shape) {
    return RandomFill.normal(new Generator(seed), DType.FLOAT32, shape, 0, 1);
  }

  private static Mask mask(Shape shape, double density) {
    var scores = RandomFill.uniform(new Generator(1), DType.FLOAT32, shape, 0, 1);
    return Mask.keepLargest(scores, Math.round(density * shape.size()));
  }

  private static Kernel choice(
      Crossover table, Family family, Mask mask, Direction direction, long columns) {
    return table
        .decide(family, direction, mask.granularity(), columns, mask.size(), mask.density())
        .kernel();
  }

  private String lastKernel() {
    assumeTrue(backend.context().driver() instanceof EmulatedDriver, "the emulator tells kernels");
    return ((EmulatedDriver) backend.context().driver()).lastLaunch().kernel();
  }

  private static void assertSame(Tensor device, Tensor host) {
    float[] found = device.to(Device.CPU).toFloatArray();
    float[] expected = host.toFloatArray();
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within((float) ROUNDING));
    }
  }

  @Test
  void aLayerThatTheProcessorRunsSparseRunsDenseWhereTheDevicesTableSaysSo() {
    Mask mask = mask(Shape.of(100, 300), 0.2);
    Tensor w = mask.apply(normal(2, mask.shape()));
    Tensor x = normal(3, Shape.of(100, 300));
    assertThat(choice(Crossover.standard(), Family.LINEAR, mask, Direction.FORWARD, 100))
        .isEqualTo(Kernel.CSR);
    assertThat(Backends.of(Device.CPU).crossover()).isSameAs(Crossover.standard());
    Tensor host = SparseOps.linear(x, new Weight.Masked(w, mask), null, false);
    Tensor y = SparseOps.linear(x.to(CUDA), new Weight.Masked(w.to(CUDA), mask), null, false);
    assertSame(y, host);
    // a device may have been tuned
    assertThat(lastKernel()).startsWith("gemm");
    assertThat(choice(backend.crossover(), Family.LINEAR, mask, Direction.FORWARD, 100))
        .isEqualTo(Kernel.DENSE);
  }

  @Test
  void convolutionsFollowItForwardAndBack() {
    ConvSpec spec = ConvSpec.of(1, 1);
    Shape input = Shape.of(8, 16, 32, 32);
    long columns = 8 * 32 * 32;
    for (double density : new double[] {0.05, 0.1, 0.2}) {
      Mask mask = mask(Shape.of(16, 16, 3, 3), density);
      Tensor w = mask.apply(normal(4, mask.shape())).to(CUDA);
      var masked = new Weight.Masked(w, mask);
      Tensor x = normal(5, input).to(CUDA);
      Tensor y = SparseOps.conv2d(x, masked, null, false, spec);
      assertRan(mask, Direction.FORWARD, columns, "sparse_conv");
      SparseOps.conv2dGradInput(y, masked, spec, input);
      assertRan(mask, Direction.GRAD_INPUT, columns, "sparse_conv");
    }
  }

  private void assertRan(Mask mask, Direction direction, long columns, String sparse) {
    Kernel chosen = choice(backend.crossover(), Family.CONVOLUTION, mask, direction, columns);
    assertThat(lastKernel().startsWith(sparse))
        .as(direction.toString())
        .isEqualTo(chosen == Kernel.CSR);
  }
}
