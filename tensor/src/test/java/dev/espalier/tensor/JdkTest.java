package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JdkTest {
  @Test
  void testsRunOnASupportedJdk() {
    assertThat(Runtime.version()).isGreaterThanOrEqualTo(Runtime.Version.parse("25.0.3"));
  }
}
