package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.LaunchShape;
import java.lang.foreign.MemorySegment;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

final class JCudaMessagesTest {
  @Test
  void failuresNameTheCallTheErrorAndTheRemedy() {
    DriverException error =
        CudaCall.failure(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "cuStreamSynchronize");
    assertThat(error)
        .hasMessageContainingAll(
            "cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS", "-Despalier.cuda.emulator=true");
    assertThat(CudaCall.failure(123_456, "x")).hasMessage("x: CUDA error 123456");
    assertThat(CudaCall.failure(CUresult.CUDA_ERROR_INVALID_VALUE, "x"))
        .hasMessage("x: CUDA_ERROR_INVALID_VALUE");
  }

  @Test
  void launchesAreNamedWithTheirGeometry() {
    var recent = new RecentLaunches();
    assertThat(recent.describe()).isEmpty();
    for (int i = 1; i <= 9; i++) {
      recent.add("k" + i, new LaunchShape(Extent.of(i, 2), Extent.of(256), 64));
    }
    assertThat(recent.describe())
        .startsWith(" after k9<<<(9, 2, 1), (256, 1, 1), 64>>>, k8<<<")
        .endsWith("k2<<<(2, 2, 1), (256, 1, 1), 64>>> and 1 launches before");
    recent.clear();
    assertThat(recent.describe()).isEmpty();
  }

  @Test
  void launchesAreNamedHoweverManyThereWere() {
    var recent = new RecentLaunches(Integer.MAX_VALUE);
    for (int i = 1; i <= 8; i++) {
      recent.add("k" + i, new LaunchShape(Extent.of(1), Extent.of(1), 0));
    }
    assertThat(recent.describe())
        .startsWith(" after k8<<<")
        .endsWith("k1<<<(1, 1, 1), (1, 1, 1), 0>>> and 2147483647 launches before");
  }

  @Test
  void rejectedPtxIsExplained() {
    String ptx = "//\n.version 9.9\n.target sm_80\n";
    assertThat(JCudaProgram.rejected(CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, ptx, "", 12_040))
        .hasMessageContainingAll(
            "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "ISA 9.9", "CUDA 12.4", "update the driver");
    assertThat(JCudaProgram.rejected(CUresult.CUDA_ERROR_INVALID_PTX, "?", "line 1: bad\n", 12_040))
        .hasMessageContainingAll("CUDA_ERROR_INVALID_PTX", "damaged", "line 1: bad");
  }

  @Test
  void aLibraryThatDoesNotLoadIsExplainedInOneSentence() {
    assertThat(JCudaLibrary.missing(new UnsatisfiedLinkError("a\nlibcuda.so.1: cannot open\nb")))
        .isEqualTo("libcuda.so.1, a part of NVIDIA's driver, was not found");
    assertThat(JCudaLibrary.missing(new UnsatisfiedLinkError("undefined symbol: cuX")))
        .contains("too old");
    assertThat(JCudaLibrary.missing(new UnsatisfiedLinkError("No resource found with name x")))
        .contains("jcuda-natives");
    assertThat(JCudaLibrary.missing(new UnsatisfiedLinkError())).contains("JCuda does not load");
    assertThat(JCudaLibrary.find().sentence()).doesNotContain("\n");
  }

  @Test
  void aDriverThatFailsWhileItIsLookedAtIsAbsent() {
    JCudaLibrary.Finding found =
        JCudaLibrary.look(
            () -> {
              throw CudaCall.failure(CUresult.CUDA_ERROR_SYSTEM_NOT_READY, "cuDeviceGetCount");
            });
    assertThat(found.devices()).isZero();
    assertThat(found.sentence())
        .startsWith("CUDA is absent: ")
        .contains("cuDeviceGetCount", "CUDA_ERROR_SYSTEM_NOT_READY");
  }

  @Test
  void aDeviceThatIsNotThereIsRefusedWithTheReason() {
    assertThatExceptionOfType(DriverException.class)
        .isThrownBy(() -> new JCudaDriver(JCudaLibrary.find().devices()))
        .withMessageContaining(JCudaLibrary.find().sentence());
  }

  @Test
  void heapMemoryIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Addresses.of(MemorySegment.ofArray(new int[1])))
        .withMessageContaining("native");
  }

  @Test
  void versionsAreWrittenAsPeopleDo() {
    assertThat(JCudaLibrary.dotted(12_060)).isEqualTo("12.6");
    assertThat(JCudaLibrary.dotted(11_000)).isEqualTo("11.0");
  }
}
