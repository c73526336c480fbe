package dev.espalier.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.spi.BackendProvider;
import org.junit.jupiter.api.Test;

final class CudaProviderTest {
  @Test
  void isFoundAsAServiceAndAskedWhyThereIsNoDevice() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Backends.of(new Device("cuda", 0)))
        .withMessageContainingAll("cuda:0", new CudaProvider().status());
  }

  @Test
  void servesNoDeviceAndSaysWhy() {
    BackendProvider provider = new CudaProvider();
    assertThat(provider.backend(new Device("cuda", 0))).isEmpty();
    assertThat(provider.status()).containsAnyOf("CUDA is absent: ", "driver for CUDA");
  }
}
