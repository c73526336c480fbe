package dev.espalier.cuda.driver;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class LaunchShapeTest {
  private static final DeviceProperties DEVICE =
      new DeviceProperties(
          "test device", 9, 0, 132, 32, 1024, 2048, 65_536, 49_152, 232_448, 233_472, 1, 1, 1, 1);

  @Test
  void checkAcceptsTheLimitsThemselves() {
    LaunchShape shape = new LaunchShape(Extent.of(1, 65_535), Extent.of(32, 16), 232_448 - 1_024);
    assertThatCode(() -> shape.check(kernel(512, 1_024), DEVICE)).doesNotThrowAnyException();
  }

  @Test
  void checkRefusesABlockThatTheKernelCannotHave() {
    LaunchShape shape = LaunchShape.of(Extent.of(1), Extent.of(32, 17));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shape.check(kernel(512, 0), DEVICE))
        .withMessageContainingAll("spmm", "544", "512", "test device");
  }

  @Test
  void checkCountsStaticAndDynamicSharedMemory() {
    LaunchShape shape = new LaunchShape(Extent.of(1), Extent.of(32), 232_448);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shape.check(kernel(512, 16), DEVICE))
        .withMessageContainingAll("spmm", "232464", "232448");
  }

  @Test
  void longGridsMustRunAlongX() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LaunchShape.of(Extent.of(1, 65_536), Extent.of(1)))
        .withMessageContaining("65536");
  }

  @Test
  void emptyExtentsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Extent.of(0))
        .withMessageContaining("0, 1, 1");
  }

  private static Kernel kernel(int maxThreads, int staticSharedBytes) {
    return new Kernel() {
      @Override
      public String name() {
        return "spmm";
      }

      @Override
      public KernelResources resources() {
        return new KernelResources(32, staticSharedBytes, 0, maxThreads);
      }

      @Override
      public void allowSharedBytes(int bytes) {
        throw new UnsupportedOperationException("not needed to check a shape");
      }
    };
  }
}
