package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.prune.Floors;
import dev.espalier.prune.Method;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods with a density for each layer, as Han et al. (2015) print them. */
final class MethodFieldsTest {
  private static final String HAN = "densities: {fc1: 0.08, fc2: 0.09, fc3: 0.26}";

  @TempDir private Path folder;

  private StudyPlan read(String method, String ratios) {
    String text =
        """
        models: [lenet-300-100]
        data: [synthetic-digits]
        train_images: 100
        test_images: 100
        methods: [{%s}]
        ratios: [%s]
        """
            .formatted(method, ratios);
    return StudyFile.read(
        "s.yaml",
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        new StudyFile.Here(
            Optional.empty(), Optional.of(folder), Optional.empty(), Optional.empty()));
  }

  @Test
  void densitiesTakeThePlaceOfScopeAndFloors() {
    Method method = read(HAN + ", schedule: iterative-3", "12").methods().getFirst();
    assertThat(method.name())
        .isEqualTo(
            "element/magnitude/per-layer(fc1 0.08, fc2 0.09, fc3 0.26)/iterative-3/continue");
    assertThat(method.floors()).isEqualTo(Floors.NONE);
    assertThat(read("name: han, " + HAN, "12").methods().getFirst().name()).isEqualTo("han");
  }

  @Test
  void theRatioMustBeWhatTheyComeTo() throws IOException {
    for (String ratio : new String[] {"12", "12.02", "12.1"}) {
      new Study(read(HAN, ratio), new RecordedProgress()).load();
    }
    StudyPlan wrong = read("name: han, " + HAN, "12, 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Study(wrong, new RecordedProgress()).load())
        .withMessage(
            "study: lenet-300-100 on synthetic-digits: compression ratio 2.0: method 'han' reaches"
                + " 12.02 here and nothing else; ask for that");
    StudyPlan unknown = read("densities: {fc1: 0.08, fc4: 0.5}", "12");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Study(unknown, new RecordedProgress()).load())
        .withMessageContaining("layer to prune 'fc4' is unknown; did you mean 'fc1'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "scope: local | so scope has nothing to say; leave one of them out",
        "stem_floor: 0.5 | so stem_floor has nothing to say",
        "classifier_floor: 1 | so classifier_floor has nothing to say",
        "schedule: rate-20 | schedule 'rate-20' has a rate of its own for the classifier"
      })
  void whatContradictsThemIsRefused(String other, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(HAN + ", " + other, "12"))
        .withMessageStartingWith("s.yaml: methods[0]: ")
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "densities: {fc1: 2} | that of layer 'fc1' must lie in (0, 1] but is 2.0",
        "densities: {fc1: few} | methods[0].densities.fc1: must be a number but is \"few\"",
        "densities: {} | methods[0].densities: must be a mapping of names to numbers",
        "densities: [0.1] | methods[0].densities: must be a mapping of names to numbers"
      })
  void whatIsNoDensityIsRefused(String method, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(method, "12"))
        .withMessageStartingWith("s.yaml: methods[0]")
        .withMessageContaining(message);
  }
}
