package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.prune.Aggregation;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import dev.espalier.prune.RankingScope;
import org.junit.jupiter.api.Test;

/** Names of scorers, scopes and aggregations. */
class ScorersTest {
  @Test
  void everyNameReadsBack() {
    assertThat(Scorers.names()).hasSize(26).doesNotHaveDuplicates();
    assertThat(Scorers.names()).allMatch(name -> Scorers.get(name).name().equals(name));
    assertThat(RankingScope.names())
        .containsExactly("local", "global", "erdos-renyi", "erk", "flops");
    assertThat(RankingScope.names()).allMatch(name -> RankingScope.get(name).label().equals(name));
    assertThat(Aggregation.values()).allMatch(how -> Aggregation.get(how.label()) == how);
  }

  @Test
  void whatMethodsUseIsKnown() {
    for (Method method : Methods.all()) {
      assertThat(Scorers.names()).contains(method.scorer().name());
      assertThat(RankingScope.names()).contains(method.scope().label());
    }
  }

  @Test
  void unknownNamesAreRefusedWithTheNearest() {
    assertThatThrownBy(() -> Scorers.get("magnitud"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("scorer 'magnitud' is unknown; did you mean 'magnitude'?");
    assertThatThrownBy(() -> RankingScope.get("globl")).hasMessageContaining("mean 'global'?");
    assertThatThrownBy(() -> Aggregation.get("l1")).hasMessageContaining("mean 'l2'?");
  }
}
