package dev.espalier.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PairwiseSumTest {
  @Test
  void addsEveryPartialOnceForAnyCount() {
    var sum = new PairwiseSum(2);
    double[] total = new double[2];
    for (int count = 0; count < 70; count++) {
      for (int i = 1; i <= count; i++) {
        sum.add(new double[] {i, -2 * i});
      }
      sum.finish(total);
      assertThat(total).containsExactly(count * (count + 1) / 2.0, -count * (count + 1));
    }
  }

  @Test
  void emptiesThePartial() {
    double[] partial = {3};
    new PairwiseSum(1).add(partial);
    assertThat(partial).containsExactly(0);
  }

  @Test
  void errorsDoNotGrowWithTheCount() {
    var sum = new PairwiseSum(1);
    double[] total = new double[1];
    double sequential = 0;
    int count = 1 << 20;
    for (int i = 0; i < count; i++) {
      sum.add(new double[] {0.1});
      sequential += 0.1;
    }
    sum.finish(total);
    assertThat(total[0]).isEqualTo(0.1 * count);
    assertThat(sequential).isNotEqualTo(0.1 * count);
  }
}
