package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.prune.Aggregation;
import dev.espalier.prune.Floors;
import dev.espalier.prune.Method;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class StudyFileTest {
  private static final String VALID =
      """
      models: [lenet-300-100, lenet-5]
      data: [mnist, fashion-mnist]
      train_images: 1000
      recipe: {epochs: 4, finetune_epochs: 3, lr: 0.02}
      methods: [random]
      """;

  @TempDir private Path folder;

  private static StudyPlan read(String text) {
    return StudyFile.read(
        "a/my-study.yaml",
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        StudyFile.Here.NOTHING);
  }

  @Test
  void modelsAndDataAreMultiplied() {
    StudyPlan plan = read(VALID);
    assertThat(plan.pairs())
        .extracting(StudyPair::name)
        .containsExactly(
            "lenet-300-100 on mnist",
            "lenet-5 on mnist",
            "lenet-300-100 on fashion-mnist",
            "lenet-5 on fashion-mnist");
    assertThat(plan.pairs())
        .allSatisfy(
            pair -> {
              assertThat(pair.options().trainCount()).isEqualTo(1000);
              assertThat(pair.recipe())
                  .isEqualTo(Recipe.of(pair.model()).withEpochs(4, 3).withLr(0.02));
            });
  }

  @Test
  void whatIsLeftOutIsTheProtocol() {
    StudyPlan plan = read(VALID);
    assertThat(plan.ratios()).containsExactly(2.0, 4.0, 8.0, 16.0, 32.0);
    assertThat(plan.seeds()).containsExactly(1L, 2L, 3L);
    assertThat(plan.latency()).isEqualTo(LatencyPlan.STANDARD);
    assertThat(plan.limits()).isEqualTo(Limits.standard());
    assertThat(plan.out()).isEqualTo(Path.of("runs/my-study"));
  }

  @Test
  void pairHasItsOwnImagesAndRecipeUponTheCommonOnes() {
    StudyPlan plan =
        read(
            """
            pairs:
              - model: lenet-5
                data: mnist
                test_images: 7
                recipe: {batch: 32, lr_drops: [0.6], augment: true}
              - {model: vgg-tiny, data: cifar-10, train_images: 50}
            train_images: 1000
            recipe: {epochs: 4, weight_decay: 0}
            methods: [random]
            seeds: [9]
            """);
    StudyPair first = plan.pairs().getFirst();
    assertThat(first.options().trainCount()).isEqualTo(1000);
    assertThat(first.options().testCount()).isEqualTo(7);
    assertThat(first.recipe().batch()).isEqualTo(32);
    assertThat(first.recipe().epochs()).isEqualTo(4);
    assertThat(first.recipe().descent().weightDecay()).isZero();
    assertThat(first.recipe().drops().at()).containsExactly(0.6);
    assertThat(first.recipe().augment()).isTrue();
    StudyPair second = plan.pairs().getLast();
    assertThat(second.options().trainCount()).isEqualTo(50);
    assertThat(second.recipe().batch()).isEqualTo(Recipe.of("vgg-tiny").batch());
    assertThat(second.recipe().epochs()).isEqualTo(4);
  }

  @Test
  void methodsAreNamesOrCompositions() {
    StudyPlan plan =
        read(
            VALID.replace(
                "[random]",
                "\n  - random\n  - {name: mine, structure: filter, schedule: iterative-2}\n"
                    + "  - {scorer: gradient, finetune: rewind}"));
    assertThat(plan.methods())
        .extracting(Method::name)
        .containsExactly("random", "mine", "element/gradient/global/one-shot/rewind");
    Method mine = plan.methods().get(1);
    assertThat(mine.structure().name()).isEqualTo("filter");
    assertThat(mine.scorer().name()).isEqualTo("magnitude");
    assertThat(mine.schedule().name()).isEqualTo("iterative-2");
  }

  @Test
  void recipesSayHowToOptimise() {
    StudyPlan plan =
        read(
            VALID.replace(
                "lr: 0.02}",
                "lr: 0.02, optimizer: adam, weight_decay: 0, lr_drops: [], lr_factor: 0.2,"
                    + " lr_warmup: 0.1, finetune_lr: 0.002, finetune_lr_drops: [0.5],"
                    + " score_images: 1000}"));
    Recipe recipe = plan.pairs().getFirst().recipe();
    assertThat(recipe.descent()).isEqualTo(new Descent(Descent.Rule.ADAM, 0.9, 0));
    assertThat(recipe.drops()).isEqualTo(new Drops(List.of(), List.of(0.7, 0.9), 0.2, 0.1));
    assertThat(recipe.tuning())
        .isEqualTo(new Tuning(3, Optional.of(0.002), Optional.of(List.of(0.5))));
    assertThat(recipe.scoreImages()).isEqualTo(1000);
  }

  @Test
  void whatIsNotPrunedIsSaidOfPairsAndMethods() {
    StudyPlan plan =
        read(
            """
            pairs:
              - {model: lenet-5, data: mnist, protect: [conv1]}
              - {model: lenet-300-100, data: mnist}
            protect: [fc1]
            methods:
              - {aggregation: mean, stem_floor: 0.5, classifier_floor: 0, protect: [fc2]}
            """);
    assertThat(plan.pairs())
        .extracting(StudyPair::protect)
        .containsExactly(List.of("conv1"), List.of("fc1"));
    Method method = plan.methods().getFirst();
    assertThat(method.aggregation()).isEqualTo(Aggregation.MEAN);
    assertThat(method.floors()).isEqualTo(new Floors(0.5, 0));
    assertThat(method.protect()).containsExactly("fc2");
  }

  @Test
  void theCommandLineSaysWhereThingsAreAndWhatMayBeTaken() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data/mnist")).getParent();
    Path file = folder.resolve("s.yaml");
    Files.writeString(
        file, VALID + "trials_at_once: 3\nmemory: 2 GiB\nout: somewhere\nlatency_batch: 9\n");
    StudyPlan plan = StudyFile.read(file, StudyFile.Here.NOTHING);
    assertThat(plan.limits()).isEqualTo(new Limits(3, 2L << 30));
    assertThat(plan.out()).isEqualTo(Path.of("somewhere"));
    assertThat(plan.latency().batch()).isEqualTo(9);
    StudyPlan here =
        StudyFile.read(
            file,
            new StudyFile.Here(
                Optional.of(data),
                Optional.of(Path.of("elsewhere")),
                Optional.of(5),
                Optional.of(1L << 20)));
    assertThat(here.limits()).isEqualTo(new Limits(5, 1L << 20));
    assertThat(here.out()).isEqualTo(Path.of("elsewhere"));
    assertThat(here.pairs().getFirst().options().directory()).contains(data.resolve("mnist"));
    assertThat(here.pairs().getLast().options().directory())
        .as("without a folder of its own")
        .contains(data);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "methods: | method: | key 'method' is unknown; did you mean 'methods'?",
        "epochs: | epoch: | recipe: key 'epoch' is unknown; did you mean 'epochs'?",
        "lenet-5] | lenet5] | model 'lenet5' is unknown; did you mean 'lenet-5'?",
        "[mnist | [mnits | data set 'mnits' is unknown; did you mean 'mnist'?",
        "[random] | [randm] | method 'randm' is unknown; did you mean 'random'?",
        "[random] | [{scorer: magnitud}] | methods[0]: scorer 'magnitud' is unknown; did you mean"
            + " 'magnitude'?",
        "[random] | [{scorrer: magnitude}] | methods[0]: key 'scorrer' is unknown; did you mean"
            + " 'scorer'?",
        "[random] | random | methods: must be a list with at least one element",
        "[random] | [] | methods: must be a list with at least one element",
        "[random] | [7] | methods[0]: must be a mapping of keys to values but is 7",
        "[mnist | [cifar-10 | 'lenet-300-100' takes images of 1×28×28",
        "epochs: 4 | epochs: four | recipe.epochs: must be a whole number but is \"four\"",
        "epochs: 4 | epochs: 4.5 | recipe.epochs: must be a whole number but is 4.5",
        "epochs: 4 | epochs: 0 | epochs >= 1",
        "lr: 0.02 | lr: -1 | lr > 0",
        "lr: 0.02 | lr_drops: [1.5] | rates drop at shares of the steps between 0 and 1",
        "lr: 0.02 | augment: 1 | recipe.augment: must be true or false but is 1",
        "lr: 0.02 | optimizer: adm | optimizer 'adm' is unknown; did you mean 'adam'?",
        "lr: 0.02 | optimizer: adam, momentum: 0.8 | recipe.momentum: optimizer 'adam' has no"
            + " momentum",
        "lr: 0.02 | init: glorto | init 'glorto' is unknown; did you mean 'glorot'?",
        "lr: 0.02 | init: 1 | recipe.init: must be a text but is 1",
        "lr: 0.02 | momentum: 1 | momentum in [0, 1)",
        "lr: 0.02 | lr_factor: 0 | factor in (0, 1]",
        "lr: 0.02 | finetune_lr: 0 | rate of fine-tuning must be > 0",
        "lr: 0.02 | score_images: 0 | images to score on >= 1",
        "[random] | [{classifier_floor: 2}] | methods[0]: method: floors must lie in [0, 1]",
        "[random] | [{aggregation: men}] | methods[0]: aggregation 'men' is unknown; did you mean"
            + " 'mean'?",
        "train_images: 1000 | protect: fc1 | protect: must be a list",
        "train_images: 1000 | train_images: 0 | needs training and test images",
        "train_images: 1000 | ratios: [0.5] | ratio must be above 1 but is 0.5",
        "train_images: 1000 | ratios: [2, two] | ratios[1]: must be a number but is \"two\"",
        "train_images: 1000 | seeds: [1.5] | seeds[0]: must be a whole number",
        "train_images: 1000 | seeds: [1, 1] | the seed 1 is given twice",
        "train_images: 1000 | memory: much | memory: 'much' is no size of memory",
        "train_images: 1000 | trials_at_once: 0 | at least 1 trial",
        "train_images: 1000 | latency_seconds: 0 | for a positive time",
        "train_images: 1000 | pairs: [{model: lenet-5, data: mnist}] | either pairs, or models",
        "models: | description: | the key 'models' is missing",
        "train_images: 1000 | methods: [random] | line 5",
        "train_images: 1000 | recipe: [ | line "
      })
  void whatIsWrongIsSaidWithItsPlace(String valid, String invalid, String message) {
    String text = VALID.replace(valid, invalid);
    assertThat(text).isNotEqualTo(VALID);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(text))
        .withMessageStartingWith("a/my-study.yaml")
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"''", "[]", "text", "7"})
  void whatIsNoMappingIsNoStudy(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(text))
        .withMessageStartingWith("a/my-study.yaml: ");
  }

  private static Stream<Path> studies() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("studies"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("studies")
  void everyStudyThatComesAlongIsValid(Path file) throws IOException {
    assertThat(StudyFile.read(file, StudyFile.Here.NOTHING).trials()).isPositive();
  }

  @Test
  void theStandardStudyIsTheProtocol() throws IOException {
    StudyPlan plan = BuiltInStudies.read("standard", StudyFile.Here.NOTHING);
    assertThat(plan.pairs())
        .extracting(StudyPair::name)
        .containsExactly(
            "lenet-300-100 on mnist", "lenet-5 on fashion-mnist", "vgg-tiny on cifar-10");
    assertThat(plan.methods())
        .extracting(Method::name)
        .containsExactly(
            "global-magnitude", "layer-magnitude", "global-gradient", "layer-gradient", "random");
    assertThat(plan.ratios()).containsExactly(2.0, 4.0, 8.0, 16.0, 32.0);
    assertThat(plan.seeds()).hasSize(3);
    assertThat(plan.trials()).isEqualTo(225);
    assertThat(plan.pairs())
        .extracting(pair -> pair.recipe().fineTuneEpochs())
        .as("one budget")
        .containsOnly(5);
  }

  @ParameterizedTest
  @CsvSource({
    "1024, 1024",
    "8g, 8589934592",
    "512 MiB, 536870912",
    "1.5k, 1536",
    "2GB, 2147483648"
  })
  void sizesAreReadAsPeopleWriteThem(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @Test
  void speedUpsStandInPlaceOfRatios() {
    StudyPlan plan = read(VALID + "speedups: [1.43, 2]\n");
    assertThat(plan.measure()).isEqualTo(Measure.MULTIPLY_ADDS);
    assertThat(plan.ratios()).containsExactly(1.43, 2.0);
    assertThat(read(VALID).measure()).isEqualTo(Measure.PARAMETERS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(VALID + "speedups: [2]\nratios: [2]\n"))
        .withMessage(
            "a/my-study.yaml: give either ratios, of parameters, or speedups, of multiply-adds");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(VALID + "speedups: [1]\n"))
        .withMessageContaining("a theoretical speed-up must be above 1 but is 1.0");
  }

  @Test
  void numbersOfFiltersMayBeRounded() {
    String pairs = "models: [lenet-5]\ndata: [mnist]\n";
    StudyPlan plan = read(pairs + "methods: [{structure: filter, round_to: 8}]\n");
    assertThat(plan.methods().getFirst().roundTo()).isEqualTo(8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(pairs + "methods: [{round_to: 8}]\n"))
        .withMessageStartingWith("a/my-study.yaml: methods[0]: ")
        .withMessageContaining("structure 'element' does not keep whole channels");
  }
}
