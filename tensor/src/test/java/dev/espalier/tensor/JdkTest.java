package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JdkTest {
  @Test
  void testsRunOnAJdkThatDoesNotCorruptPinnedArrays() {
    assertThat(Runtime.version())
        .as("Tests need JDK 25.0.3 or newer (JDK-8377811) but run on %s", Runtime.version())
        .isGreaterThanOrEqualTo(Runtime.Version.parse("25.0.3"));
  }
}
