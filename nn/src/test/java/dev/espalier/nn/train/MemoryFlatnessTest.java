package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The allocator's figures are exactly those of the second step, however many steps follow. */
@Timeout(180)
class MemoryFlatnessTest {
  @Test
  void figuresAfterStepsTwoTwentyAndSixtyAreEqual() throws Exception {
    Map<String, List<String>> figures =
        ChildJvm.run(FlatMemory.class)
            .lines()
            .filter(line -> line.contains(" in use, "))
            .collect(Collectors.groupingBy(line -> line.substring(0, line.indexOf(':'))));
    assertThat(figures.keySet()).containsExactlyInAnyOrder("dense", "HARD", "SOFT");
    figures.forEach(
        (name, lines) -> {
          assertThat(lines).as(name).hasSize(3);
          assertThat(lines).as(name).containsOnly(lines.getFirst());
        });
  }
}
