package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  @Test
  void stateRestoresTheSequence() {
    var generator = new Generator(1);
    generator.nextDouble();
    Generator.State state = generator.state();
    double first = generator.nextGaussian();
    generator.nextInt(7);
    generator.restore(state);
    assertThat(generator.nextGaussian()).isEqualTo(first);
    assertThat(new Generator(state).nextGaussian()).isEqualTo(first);
  }

  @Test
  void restoreRefusesAnotherStream() {
    var generator = new Generator(1);
    assertThatThrownBy(() -> generator.restore(generator.split("x").state()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another seed or stream");
  }

  @Test
  void splitDependsOnTheNameAloneAndNotOnDraws() {
    var generator = new Generator(1);
    double before = generator.split("init").nextDouble();
    generator.nextDouble();
    assertThat(generator.split("init").nextDouble()).isEqualTo(before);
    assertThat(generator.split("data").nextDouble()).isNotEqualTo(before);
    assertThat(generator.split("a").split("b").state().stream())
        .isNotEqualTo(generator.split("b").split("a").state().stream());
  }

  @Test
  void reserveMovesThePosition() {
    var generator = new Generator(1);
    assertThat(generator.reserve(10)).isZero();
    assertThat(generator.reserve(1)).isEqualTo(10);
    assertThat(generator.state().position()).isEqualTo(11);
  }

  @Test
  void intsAreUniformBelowTheirBound() {
    var generator = new Generator(2);
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[generator.nextInt(7)]++;
    }
    assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(9_600);
    assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(10_400);
    assertThat(generator.nextInt(1)).isZero();
    assertThatThrownBy(() -> generator.nextInt(0)).hasMessageContaining("must be positive");
  }

  @Test
  void gaussiansHaveUnitVariance() {
    var generator = new Generator(3);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 20_000; i++) {
      double z = generator.nextGaussian();
      sum += z;
      squares += z * z;
    }
    assertThat(sum / 20_000).isCloseTo(0, within(0.03));
    assertThat(squares / 20_000).isCloseTo(1, within(0.04));
  }

  @Test
  void permutationHoldsEveryIndexOnce() {
    int[] order = new Generator(4).permutation(101);
    assertThat(order).isNotEqualTo(IntStream.range(0, 101).toArray());
    assertThat(Arrays.stream(order).sorted().toArray())
        .isEqualTo(IntStream.range(0, 101).toArray());
    assertThat(new Generator(4).permutation(0)).isEmpty();
  }
}
