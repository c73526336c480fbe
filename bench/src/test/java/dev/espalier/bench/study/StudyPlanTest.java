package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StudyPlanTest {
  private static StudyPlan plan(
      List<String> models, String data, List<String> methods, List<Double> ratios, int batch) {
    return new StudyPlan(
        models.stream().map(model -> pair(model, data)).toList(),
        methods.stream().map(Methods::get).toList(),
        ratios,
        List.of(1L, 2L),
        LatencyPlan.STANDARD.withBatch(batch),
        new Limits(1, 1),
        Path.of("nowhere"));
  }

  private static StudyPair pair(String model, String data) {
    Recipe recipe = model.equals("lenet") ? Recipe.of("lenet-5") : Recipe.of(model);
    return new StudyPair(model, data, DatasetOptions.defaults().withCounts(1, 1), recipe);
  }

  @Test
  void trialsAreTheWholeGrid() {
    StudyPlan plan =
        plan(
            List.of("lenet-5", "lenet-300-100"),
            "mnist",
            List.of("random", "global-magnitude", "filter-magnitude"),
            List.of(2.0, 4.0, 8.0, 16.0),
            1);
    assertThat(plan.trials()).isEqualTo(2 * 3 * 4 * 2);
    assertThat(plan.methods())
        .extracting(Method::name)
        .containsExactly("random", "global-magnitude", "filter-magnitude");
  }

  @Test
  void unknownModelIsRefusedWithTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(List.of("lenet"), "mnist", List.of("random"), List.of(2.0), 1))
        .withMessageContaining("model 'lenet' is unknown")
        .withMessageContaining("lenet-300-100");
  }

  @Test
  void unknownMethodIsRefusedWithTheNearestKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(List.of("lenet-5"), "mnist", List.of("magic"), List.of(2.0), 1))
        .withMessageContaining("method 'magic' is unknown; known are ")
        .withMessageContaining(" others");
  }

  @Test
  void unknownDataSetIsRefusedWithTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(List.of("lenet-5"), "digits", List.of("random"), List.of(2.0), 1))
        .withMessageContaining("data set 'digits' is unknown")
        .withMessageContaining("synthetic-digits");
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0, -2, Double.NaN, Double.POSITIVE_INFINITY})
  void ratioThatIsNoCompressionIsRefused(double ratio) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> plan(List.of("lenet-5"), "mnist", List.of("random"), List.of(2.0, ratio), 1))
        .withMessage(
            "study: a compression ratio must be above 1 but is "
                + ratio
                + "; the dense network is always measured");
  }

  @Test
  void whatIsGivenTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> plan(List.of("lenet-5", "lenet-5"), "mnist", List.of("random"), List.of(2.0), 1))
        .withMessage("study: the pair lenet-5 on mnist is given twice");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> plan(List.of("lenet-5"), "mnist", List.of("random", "random"), List.of(2.0), 1))
        .withMessage("study: the method random is given twice");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> plan(List.of("lenet-5"), "mnist", List.of("random"), List.of(2.0, 2.0), 1))
        .withMessage("study: the ratio 2.0 is given twice");
  }

  @Test
  void pairWithoutImagesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new StudyPair(
                    "lenet-5",
                    "mnist",
                    DatasetOptions.defaults().withCounts(0, 1),
                    Recipe.of("lenet-5")))
        .withMessage("study: lenet-5 on mnist needs training and test images but is given 0 and 1");
  }

  @Test
  void limitsMustLetSomethingRun() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Limits(0, 1))
        .withMessageContaining("at least 1 trial");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Limits(1, 0))
        .withMessageContaining("memory for trials must be positive");
  }

  @Test
  void emptyGridIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(List.of("lenet-5"), "mnist", List.of(), List.of(2.0), 1))
        .withMessageContaining("at least one model, method, ratio and seed");
  }

  @Test
  void latencyBatchMustHoldARow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(List.of("lenet-5"), "mnist", List.of("random"), List.of(2.0), 0))
        .withMessageContaining("latency batch must be >= 1 but is 0");
  }

  @Test
  void laterChangesOfTheListsDoNotReachThePlan() {
    List<Double> ratios = new ArrayList<>(List.of(2.0));
    StudyPlan plan = plan(List.of("lenet-5"), "mnist", List.of("random"), ratios, 1);
    ratios.add(0.0);
    assertThat(plan.ratios()).containsExactly(2.0);
  }
}
