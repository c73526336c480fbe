package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.bench.report.Criterion.Arm;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CriterionTest {
  private static final Arm ARM = new Arm("ticket", 14.3);

  private static Criterion criterion(Arm arm, boolean before, Bound bound, double limit) {
    Optional<Arm> than =
        bound == Bound.BETTER ? Optional.of(new Arm("control", 8)) : Optional.empty();
    return new Criterion("", Optional.empty(), arm, before, bound, limit, than);
  }

  @Test
  void theSentenceSaysTheLimit() {
    assertThat(criterion(ARM, false, Bound.ERROR, 2.7).sentence())
        .isEqualTo("ticket at 14.3: error at most 2.7 %");
    assertThat(criterion(ARM, true, Bound.LOST, 0.15).sentence())
        .isEqualTo("ticket at 14.3 before fine-tuning: lost at most 0.15 points");
    assertThat(criterion(ARM, false, Bound.BETTER, 1.5).sentence())
        .isEqualTo("ticket at 14.3: better than control at 8 by at least 1.5 points");
    assertThat(criterion(ARM, false, Bound.SPEEDUP, 1.43).sentence())
        .isEqualTo("ticket at 14.3: speed-up at least 1.43x");
    assertThat(criterion(ARM, false, Bound.LATENCY, 0.75).sentence())
        .isEqualTo("ticket at 14.3: latency at most 0.75 of dense");
    assertThat(criterion(ARM, false, Bound.COMPRESSION, 12).sentence())
        .isEqualTo("ticket at 14.3: smaller at least 12x");
    assertThat(criterion(Arm.DENSE, false, Bound.ERROR, 1.7).sentence())
        .isEqualTo("dense: error at most 1.7 %");
  }

  @Test
  void roundsNeedNotBeMetExactly() {
    assertThat(ARM.isNear(14.58)).isTrue();
    assertThat(ARM.isNear(14.59)).isFalse();
    assertThat(ARM.isNear(14.02)).isTrue();
    assertThat(ARM.isNear(14.01)).isFalse();
    assertThat(ARM.isRatio(14.3)).isTrue();
    assertThat(ARM.isRatio(14.31)).isFalse();
  }

  @Test
  void whatNothingCanAnswerIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> criterion(ARM, true, Bound.SPEEDUP, 2))
        .withMessageContaining("no speedup_at_least of ticket at 14.3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> criterion(Arm.DENSE, true, Bound.ERROR, 2))
        .withMessageContaining("error_at_most of dense");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> criterion(Arm.DENSE, false, Bound.LOST, 2))
        .withMessageContaining("lost_at_most: compares with the dense network");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> criterion(ARM, false, Bound.ERROR, Double.NaN))
        .withMessageContaining("must be finite but is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Arm("ticket", 0.5))
        .withMessageContaining("ratio is 0.5, must be at least 1");
  }
}
