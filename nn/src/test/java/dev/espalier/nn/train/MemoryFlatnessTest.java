package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The allocator's figures are exactly those of the second step, however many steps follow. */
@Timeout(180)
class MemoryFlatnessTest {
  @ParameterizedTest
  @ValueSource(strings = {"dense", "HARD", "SOFT"})
  void figuresAfterStepsTwoTwentyAndSixtyAreEqual(String masks) throws Exception {
    List<String> figures =
        ChildJvm.run(FlatMemory.class, masks, "60")
            .lines()
            .filter(line -> line.startsWith("step "))
            .map(line -> line.substring(line.indexOf(':')))
            .toList();
    assertThat(figures).hasSize(3);
    assertThat(figures.get(0)).contains("in use").isEqualTo(figures.get(1));
    assertThat(figures.get(2)).isEqualTo(figures.get(1));
  }
}
