package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.score.RandomScore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RegistryTest {
  /** Of a family any member, and every entry is made under the name that results show. */
  private static <T> void namesAgree(Registry<T> registry, Function<T, String> name) {
    assertThat(registry.entries()).isNotEmpty();
    for (Registry.Entry entry : registry.entries()) {
      assertThat(entry.description()).isNotBlank().doesNotContain("\n");
      if (entry.name().equals(entry.name().toLowerCase(Locale.ROOT))) {
        assertThat(name.apply(registry.get(entry.name()))).isEqualTo(entry.name());
      }
    }
  }

  @Test
  void partsHaveTheNamesOfTheirLines() {
    namesAgree(Structures.all(), Structure::name);
    namesAgree(Scorers.all(), Scorer::name);
    namesAgree(Scopes.all(), RankingScope::label);
    namesAgree(Schedules.all(), Schedule::name);
    namesAgree(FineTunes.all(), FineTune::name);
  }

  @ParameterizedTest
  @CsvSource({"nm-2:4", "nm-1:8", "nm-2:4x4"})
  void structuresOfAFamilyKeepTheirNumbers(String name) {
    assertThat(Structures.all().get(name).name()).isEqualTo(name);
  }

  @Test
  void schedulesOfAFamilyKeepTheirNumbers() {
    assertThat(Schedules.all().get("iterative-7")).isEqualTo(new Iterative(7));
  }

  @Test
  void unknownNamesAreAnsweredWithTheNearest() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scorers.all().get("magnitud"))
        .withMessageStartingWith("scorer 'magnitud' is unknown; did you mean 'magnitude'?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedules.all().get("iterativ"))
        .withMessageContaining("did you mean 'iterative-N'?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Methods.get("global-magnitde"))
        .withMessageContaining("did you mean 'global-magnitude'?");
  }

  @Test
  void numbersThatDoNotFitAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedules.all().get("iterative-0"))
        .withMessageContaining("rounds must be >= 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedules.all().get("iterative-99999999999"))
        .withMessage("schedule 'iterative-99999999999': a number in it is too large");
  }

  @Test
  void everyNamedMethodIsMadeOfNamedParts() {
    for (Method method : Methods.all()) {
      assertThat(Structures.all().get(method.structure().name())).isEqualTo(method.structure());
      assertThat(Scorers.all().get(method.scorer().name()))
          .hasSameClassAs(method.scorer())
          .returns(method.scorer().name(), Scorer::name);
      assertThat(RankingScope.get(method.scope().label())).isEqualTo(method.scope());
      assertThat(Schedules.all().get(method.schedule().name())).isEqualTo(method.schedule());
      assertThat(FineTunes.all().get(method.fineTune().name())).isEqualTo(method.fineTune());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rate-12.5",
        "rate-20-20",
        "at-start-100",
        "cubic-0%-75%-30",
        "constant-0%-100%-10",
        "soft-linear-12.5%-50%-7-hidden",
        "soft-cubic",
        "two-slope-30%-62.5%-7",
        "set-10%-0%-50%-20",
        "rigl-50%-75%-100"
      })
  void schedulesOfAFamilyReadBack(String name) {
    assertThat(Schedules.all().get(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rewind-5%",
        "rewind-full",
        "rewind-0.5%-latest-full-last-rate",
        "rewind-30%-rest-rewound-rate",
        "sign-constant-10%-full",
        "random-sign-constant-full",
        "scratch-50%",
        "rewind-full-then-reinitialise",
        "continue-last-rate-adjusted-dropout",
        "rewind-distilled-4-0.5",
        "continue-adjusted-dropout-distilled"
      })
  void fineTuningsOfAFamilyReadBack(String name) {
    assertThat(FineTunes.all().get(name).name()).isEqualTo(name);
  }

  @Test
  void nonsenseInsideANameIsRefusedWithTheWholeName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedules.all().get("cubic-60%-10%-100"))
        .withMessageStartingWith("schedule 'cubic-60%-10%-100': schedule: needs 0 <= begin < end");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedules.all().get("soft-iterative-3"))
        .withMessageContaining("'iterative-3' does not prune inside training");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FineTunes.all().get("contine-distilled"))
        .withMessageContaining("did you mean 'continue'?");
  }

  private static Axes axes(Map<String, String> parts) {
    return Axes.of(key -> Optional.ofNullable(parts.get(key)));
  }

  @Test
  void partsComposeFreely() {
    Axes axes =
        axes(
            Map.of(
                "structure", "filter",
                "scorer", "random",
                "scope", "local",
                "schedule", "iterative-2",
                "finetune", "rewind"));
    Method method = axes.method();
    assertThat(method.name()).isEqualTo("filter/random/local/iterative-2/rewind");
    assertThat(
            List.of(
                method.structure().name(),
                method.scorer().name(),
                method.scope().label(),
                method.schedule().name(),
                method.fineTune().name()))
        .containsExactly("filter", "random", "local", "iterative-2", "rewind");
    assertThat(method.aggregation()).isEqualTo(Aggregation.SUM);
    assertThat(method.floors()).isEqualTo(Floors.WHOLE_CLASSIFIER);
    assertThat(axes.method("mine").name()).isEqualTo("mine");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> axes(Map.of("scope", "locl")).method())
        .withMessageContaining("scope 'locl' is unknown; did you mean 'local'?");
  }

  @Test
  void whatIsNoAxisComposesToo() {
    Method method =
        axes(Map.of("aggregation", "mean"))
            .withFloors(Optional.of(0.5), Optional.empty())
            .method()
            .protecting(List.of("conv1"))
            .protecting(List.of("conv1", "conv2"))
            .withScorer(new RandomScore());
    assertThat(method.name()).isEqualTo("element/magnitude(mean)/global/one-shot/continue");
    assertThat(method.aggregation()).isEqualTo(Aggregation.MEAN);
    assertThat(method.floors()).isEqualTo(new Floors(0.5, 1));
    assertThat(method.protect()).containsExactly("conv1", "conv2");
    assertThat(method.scorer().name()).isEqualTo("random");
  }
}
