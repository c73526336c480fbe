package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.emulator.LaunchReport;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Chain;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a chain costs on a device, and what it refuses; its results are the backend's contract. */
final class ChainsTest {
  private static final Device CUDA = new Device("cuda", 0);
  private static final int SECTOR = 32;

  private static final Chain GATE =
      Chain.of(3, x -> x.get(0).mul(x.get(1)).add(x.get(2)).unary(UnaryOp.SIGMOID).mulScalar(0.5));

  private final CudaBackend backend = (CudaBackend) Backends.of(CUDA);
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static Tensor random(int... dims) {
    return RandomFill.uniform(new Generator(1), DType.FLOAT32, Shape.of(dims), -1, 1).to(CUDA);
  }

  private static Tensor apply(Chain chain, Tensor... inputs) {
    return dev.espalier.tensor.ops.Chains.apply(chain, inputs);
  }

  private LaunchReport lastLaunch() {
    assumeTrue(backend.context().driver() instanceof EmulatedDriver, "a device has no counters");
    return ((EmulatedDriver) backend.context().driver()).lastLaunch();
  }

  /** One launch: what it alone touches is all that the chain needs. */
  @Test
  void inputsAndResultAreTouchedOnce() {
    int n = 4096;
    Tensor a = random(n);
    apply(GATE, a, random(n), random(n));
    LaunchReport launch = lastLaunch();
    long least = 4L * n * Float.BYTES / SECTOR;
    assertThat(launch.kernel()).isEqualTo("chain");
    assertThat(launch.sectors()).isEqualTo(least);
    assertThat(launch.touchedBytes()).isEqualTo(least * SECTOR);
    assertThat(launch.globalRequests()).as("of 16 bytes a lane").isEqualTo(4L * n / 128);
    // map by map each of the four would read and write its own
    Elementwise.binary(BinaryOp.MUL, a, a);
    assertThat(lastLaunch().sectors()).isEqualTo(3L * n * Float.BYTES / SECTOR);
  }

  @Test
  void broadcastRowsAndColumnsAreReadInPacksToo() {
    apply(GATE, random(64, 128), random(128), random(64, 1));
    LaunchReport launch = lastLaunch();
    int warps = 64; // one for each row
    assertThat(launch.sectors()).isEqualTo(warps * (3L * 128 * Float.BYTES / SECTOR + 1));
    assertThat(launch.globalRequests()).isEqualTo(4L * warps);
  }

  @Test
  void chainsOfOneFormShareAKernel() {
    Tensor x = random(100);
    Chain first = Chain.of(1, in -> in.get(0).addScalar(0.25).unary(UnaryOp.SIN).mulScalar(3));
    apply(first, x);
    int known = backend.context().kernels().writtenCount();
    apply(Chain.of(1, in -> in.get(0).addScalar(9).unary(UnaryOp.SIN).mulScalar(-1)), x);
    apply(first, random(4, 333)); // contiguous as well
    assertThat(backend.context().kernels().writtenCount()).isEqualTo(known);
    apply(first, random(6, 7).transpose());
    assertThat(backend.context().kernels().writtenCount()).isEqualTo(known + 1);
  }

  @Test
  void nothingIsLaunchedForNoElements() {
    int known = backend.context().kernels().writtenCount();
    Chain chain = Chain.of(1, in -> in.get(0).unary(UnaryOp.COS).unary(UnaryOp.COS));
    assertThat(apply(chain, random(3, 0)).shape()).isEqualTo(Shape.of(3, 0));
    assertThat(backend.context().kernels().writtenCount()).isEqualTo(known);
  }

  @Test
  void refusesOperandsOfTwoDevices() {
    Tensor here = random(4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> apply(GATE, here, here.to(Device.CPU), here))
        .withMessage(
            "chain: operands are on different devices, cuda:0 and cpu; move one with to(device)");
    Tensor elsewhere = Tensor.zeros(DType.FLOAT32, Shape.of(4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> backend.chain(GATE, List.of(here, elsewhere, here), here))
        .withMessageContaining("an operand is on cpu, not on cuda:0");
  }
}
