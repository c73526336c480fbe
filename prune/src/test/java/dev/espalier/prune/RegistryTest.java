package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.prune.schedule.Iterative;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
      assertThat(Scorers.all().get(method.scorer().name())).isEqualTo(method.scorer());
      assertThat(Schedules.all().get(method.schedule().name())).isEqualTo(method.schedule());
    }
  }

  @Test
  void partsComposeFreely() {
    Axes axes = new Axes("filter", "random", "local", "iterative-2", "rewind");
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
    assertThat(axes.method("mine").name()).isEqualTo("mine");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Axes("filter", "random", "locl", "one-shot", "rewind").method())
        .withMessageContaining("scope 'locl' is unknown; did you mean 'local'?");
  }
}
