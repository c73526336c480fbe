package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.prune.Aggregation;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Scopes;
import dev.espalier.prune.Scorers;
import org.junit.jupiter.api.Test;

/** Names of scorers, scopes and aggregations. */
class ScorersTest {
  @Test
  void everyNameReadsBack() {
    assertThat(Scorers.all().names()).hasSize(26).doesNotHaveDuplicates();
    assertThat(Scorers.all().names()).allMatch(name -> Scorers.all().get(name).name().equals(name));
    assertThat(Scopes.all().names())
        .containsExactly("local", "global", "erdos-renyi", "erk", "flops", "sensitivity");
    assertThat(Scopes.all().names()).allMatch(name -> RankingScope.get(name).label().equals(name));
    assertThat(Aggregation.values()).allMatch(how -> Aggregation.get(how.label()) == how);
  }

  @Test
  void whatMethodsUseIsKnown() {
    for (Method method : Methods.all()) {
      assertThat(Scorers.all().names()).contains(method.scorer().name());
      assertThat(Scopes.all().names()).contains(method.scope().label());
    }
  }

  @Test
  void unknownNamesAreRefusedWithTheNearest() {
    assertThatThrownBy(() -> Scorers.all().get("magnitud"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("scorer 'magnitud' is unknown; did you mean 'magnitude'?");
    assertThatThrownBy(() -> RankingScope.get("globl")).hasMessageContaining("mean 'global'?");
    assertThatThrownBy(() -> Aggregation.get("l1")).hasMessageContaining("mean 'l2'?");
  }
}
