package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bench.report.Criterion.Arm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** AcceptanceJson, and the page's table of the same. */
class AcceptanceJsonTest {
  private static final Acceptance ACCEPTANCE =
      Acceptance.of(
          List.of(
              new Criterion(
                  "table 1 <b>",
                  Optional.empty(),
                  new Arm("magnitude", 4),
                  false,
                  Bound.BETTER,
                  10,
                  Optional.of(new Arm("random", 2))),
              new Criterion(
                  "", Optional.empty(), Arm.DENSE, false, Bound.ERROR, 8, Optional.empty())),
          List.of("net/digits"),
          Set.of(1L, 2L),
          Trials.small());

  @TempDir private Path folder;

  @BeforeAll
  static void drawWithoutADisplay() {
    System.setProperty("java.awt.headless", "true");
  }

  @Test
  void everyVerdictIsAnEntry() {
    JsonNode page = JsonMapper.shared().readTree(AcceptanceJson.write(ACCEPTANCE));
    assertThat(page.get("met").asBoolean()).isFalse();
    JsonNode first = page.get("limits").get(0);
    assertThat(first.propertyNames())
        .containsExactly(
            "what",
            "pair",
            "method",
            "ratio",
            "before",
            "limit",
            "value",
            "most",
            "layer",
            "than_method",
            "than_ratio",
            "seen",
            "deviation",
            "seeds",
            "round",
            "met");
    assertThat(first.get("what").asString()).isEqualTo("table 1 <b>");
    assertThat(first.get("pair").asString()).isEqualTo("net/digits");
    assertThat(first.get("limit").asString()).isEqualTo("better_than");
    assertThat(first.get("than_ratio").asDouble()).isEqualTo(2);
    assertThat(first.get("seeds").asInt()).isEqualTo(2);
    assertThat(first.get("round").isNull()).isTrue();
    assertThat(first.get("met").asBoolean()).isTrue();
    JsonNode second = page.get("limits").get(1);
    assertThat(second.get("method").asString()).isEqualTo("dense");
    assertThat(second.get("ratio").isNull()).isTrue();
    assertThat(second.get("met").asBoolean()).isFalse();
  }

  @Test
  void theReportHoldsTheTableAndTheFile() throws IOException {
    ReportWriter.Report report = ReportWriter.write(folder, Trials.small(), ACCEPTANCE);
    assertThat(report.files()).contains(folder.resolve("acceptance.json"));
    assertThat(Files.readString(folder.resolve("acceptance.json")))
        .isEqualTo(AcceptanceJson.write(ACCEPTANCE));
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains(
            "<h2>Limits</h2>",
            "1 of 2 limits met.",
            "table 1 &lt;b&gt;",
            "dense: error at most 8 %",
            "9.000 %",
            "<td class=\"word missed\">NOT met</td>");
  }

  @Test
  void verdictsOfAStudyThatHasNoLimitsAnyMoreGo() throws IOException {
    ReportWriter.write(folder, Trials.small(), ACCEPTANCE);
    ReportWriter.write(folder, Trials.small());
    assertThat(folder.resolve("acceptance.json")).doesNotExist();
    assertThat(Files.readString(folder.resolve("report.html"))).doesNotContain("<h2>Limits</h2>");
  }
}
