package dev.espalier.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuBackendsTest {
  @Test
  void theBackendThatTheBuildMeansToTestIsTheActiveOne() {
    String expected = System.getProperty("espalier.test.provider");

    assertThat(expected).as("espalier.test.provider, set by the build").isNotNull();
    assertThat(CpuBackends.active().name()).startsWith(expected);
  }
}
