package dev.espalier.bench.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.bench.study.Progress;
import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.TrainTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Experiments in small, on a few hundred generated images, and the files they leave. */
final class ReproductionTest {
  private static final List<Long> SEEDS = List.of(3L, 4L);

  @TempDir private Path folder;

  private final List<String> said = new ArrayList<>();

  private final Progress progress =
      new Progress() {
        @Override
        public void begin(String what) {}

        @Override
        public void advance(long steps) {}

        @Override
        public void skip(long steps) {}

        @Override
        public void say(String line) {
          said.add(line);
        }
      };

  private static TrainTest generated(String name) throws IOException {
    String data = name.equals("mnist") ? "synthetic-digits" : "synthetic-colour-digits";
    return Datasets.load(data, DatasetOptions.defaults().withCounts(400, 100));
  }

  private Reproduction run(Experiment experiment, Stock stock) throws IOException {
    try (var lab = new Lab(stock, SEEDS, progress)) {
      return Reproduction.of(experiment, lab, folder);
    }
  }

  private static JsonNode read(Reproduction done) throws IOException {
    return JsonMapper.shared().readTree(Files.readString(done.file()));
  }

  @Test
  void theFileHoldsFindingsWithSeedsSettingsAndMachine() throws IOException {
    try (var stock = new Stock(ReproductionTest::generated)) {
      Reproduction done = run(new NeuronOracle(1, 100), stock);
      assertThat(done.file()).isEqualTo(folder.resolve("oracle.json"));
      JsonNode file = read(done);
      assertThat(file.get("experiment").asString()).isEqualTo("oracle");
      assertThat(file.get("seeds").toString()).isEqualTo("[3,4]");
      assertThat(file.get("findings")).hasSameSizeAs(done.findings());
      JsonNode first = file.get("findings").get(0);
      assertThat(first.get("what").asString()).endsWith("taylor");
      assertThat(first.get("limit").asString()).isEqualTo("≥ 0.800");
      assertThat(first.get("values")).hasSize(2);
      assertThat(first.get("met").isBoolean()).isTrue();
      assertThat(file.get("settings").get("mnist training images").asString()).isEqualTo("400");
      assertThat(file.get("settings").get("lenet-300-100 recipe").asString()).contains("epochs=1");
      assertThat(file.get("data_digests").get("mnist").asString()).hasSize(2 * 64 + 1);
      assertThat(file.propertyNames())
          .contains("commit", "cpu", "cores", "threads", "provider", "jdk", "started", "seconds");
      assertThat(said).anyMatch(line -> line.startsWith("dense lenet-300-100, seed 3: "));
    }
  }

  @Test
  void experimentsOfOneCommandShareTrainedNetworks() throws IOException {
    try (var stock = new Stock(ReproductionTest::generated)) {
      run(new TaughtStudent(1, 8), stock);
      said.clear();
      Reproduction done = run(new CorrelatedLayers(1, 1, 100), stock);
      assertThat(said).noneMatch(line -> line.startsWith("dense"));
      assertThat(read(done).get("settings").get("lenet-300-100 recipe").asString())
          .as("told even where the network was trained before")
          .contains("epochs=1");
    }
  }

  @Test
  void everyExperimentRunsInSmall() throws IOException {
    List<Experiment> small =
        List.of(
            MaxoutShrinking.perceptron().inSmall(),
            MaxoutShrinking.leNet().inSmall(),
            new NetworkTrimming(1, 2, 100),
            new SmallestOrLargest(1, 1, 10),
            new OneAtATime(1, 10, 0.98));
    try (var stock = new Stock(ReproductionTest::generated)) {
      for (Experiment experiment : small) {
        Reproduction done = run(experiment, stock);
        assertThat(done.findings())
            .as(experiment.name())
            .isNotEmpty()
            .allSatisfy(it -> assertThat(it.values()).isNotEmpty().allMatch(Double::isFinite));
      }
    }
  }

  @Test
  void theGeometryOfVggIsThePapers() throws IOException {
    try (var stock = new Stock(ReproductionTest::generated)) {
      assertThat(run(new LiGeometry(), stock).sentence()).isEqualTo("4 of 4 limits met");
    }
  }

  @Test
  void namesAreKnownOrRefusedWithTheNearest() {
    assertThat(Experiments.all())
        .extracting(Experiment::name)
        .doesNotHaveDuplicates()
        .contains("oracle", "apoz", "taylor-one-at-a-time");
    assertThatThrownBy(() -> Experiments.get("oracel"))
        .hasMessageStartingWith("experiment 'oracel' is unknown; did you mean 'oracle'?");
  }
}
