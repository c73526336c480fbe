package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.emulator.LaunchReport;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the emulator counts of block-sparse convolution's accesses to shared memory. */
final class TensorCoreConvolutionConflictsTest extends BlockConvolutionFixture {
  @ParameterizedTest
  @EnumSource
  void noAccessOfSharedMemoryMeetsAnother(TensorCoreType type) {
    for (ConvolutionCase k : ConvolutionCase.all()) {
      if (k.n() == 0 || k.height() * 2 != k.o()) {
        continue;
      }
      BsrPattern pattern = k.pattern(0);
      Tensor values = device(pattern.valuesShape(), exact(16, pattern.nnz()));
      Tensor x = device(k.x(), exact(17, k.x().size()));
      Tensor dy = device(k.y(), exact(18, k.y().size()));
      convolution.conv2d(
          pattern, values, k.weight(), x, null, false, k.spec(), garbage(k.y()), type);
      assertFreeOfConflicts("blocks_conv_mma");
      convolution.conv2dGradInput(pattern, values, k.weight(), dy, k.spec(), garbage(k.x()), type);
      assertFreeOfConflicts("blocks_conv_mma");
      convolution.conv2dGradWeight(
          pattern, k.weight(), x, dy, k.spec(), garbage(pattern.valuesShape()), type);
      assertFreeOfConflicts("conv_sampled_mma");
    }
  }

  private void assertFreeOfConflicts(String kernel) {
    assumeTrue(backend.context().driver() instanceof EmulatedDriver, "counts of the emulator");
    LaunchReport report = ((EmulatedDriver) backend.context().driver()).lastLaunch();
    assertThat(report.kernel()).startsWith(kernel);
    assertThat(report.wavefronts()).isPositive();
    assertThat(report.bankConflicts()).as(report.summary()).isZero();
  }
}
