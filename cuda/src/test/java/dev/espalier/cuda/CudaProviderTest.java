package dev.espalier.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.jcuda.JCudaLibrary;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.spi.BackendProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CudaProviderTest {
  private static final String EMULATOR = "espalier.cuda.emulator";

  /** A device that no machine has, as the emulator may already serve the first one. */
  private static final Device ABSENT = new Device("cuda", 4711);

  private final String wished = System.getProperty(EMULATOR, "false");

  @BeforeEach
  void askForNoEmulator() {
    System.setProperty(EMULATOR, "false");
  }

  @AfterEach
  void askAsBefore() {
    System.setProperty(EMULATOR, wished);
  }

  @Test
  void isFoundAsAServiceAndAskedWhyThereIsNoDevice() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Backends.of(ABSENT))
        .withMessageContainingAll("cuda:4711", new CudaProvider().status());
  }

  @Test
  void withoutADriverThereIsTheCpuAlone() {
    assumeTrue(JCudaLibrary.find().devices() == 0, "there is a GPU");
    assertThat(Backends.devices()).containsExactly(Device.CPU);
  }

  @Test
  void theEmulatorIsTwoDevices() {
    System.setProperty(EMULATOR, "true");
    assertThat(Backends.devices())
        .containsExactly(Device.CPU, new Device("cuda", 0), new Device("cuda", 1));
  }

  @Test
  void servesNoDeviceAndSaysWhy() {
    BackendProvider provider = new CudaProvider();
    assertThat(provider.backend(ABSENT)).isEmpty();
    assertThat(provider.status()).containsAnyOf("CUDA is absent: ", "driver for CUDA");
  }
}
