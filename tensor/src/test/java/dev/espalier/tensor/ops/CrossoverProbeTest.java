package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.ops.CrossoverProbe.Case;
import dev.espalier.tensor.ops.CrossoverProbe.Measurement;
import dev.espalier.tensor.ops.CrossoverProbe.Settings;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Granularity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrossoverProbeTest {
  private static final List<Case> CASES =
      List.of(
          new Case.Linear(8, 24, 16, new Granularity.Element()),
          new Case.Linear(8, 24, 16, new Granularity.Block(4, 4)),
          new Case.Convolution(
              Shape.of(2, 3, 6, 6),
              Shape.of(4, 3, 3, 3),
              ConvSpec.of(1, 1),
              new Granularity.Element()));

  @Test
  void everyCaseGetsARuleForEachDirectionAndStopsAtItsFirstLoss() {
    List<Measurement> seen = new ArrayList<>();
    Settings settings = new Settings(List.of(0.1, 0.5), 0, 1, 1, 1e9);
    Crossover table = new CrossoverProbe(settings, Device.CPU, seen::add).measure(CASES);
    assertThat(table.rules()).hasSize(11).allMatch(rule -> rule.maxDensity() == 0);
    assertThat(seen).hasSize(11).allMatch(m -> m.dense() > 0 && m.sparse() > 0);
    assertThat(table.rules()).filteredOn(rule -> rule.kernel() == Kernel.BSR).hasSize(3);
  }

  @Test
  void theDenseTimeOfALayerIsTheSameAtAllDensities() {
    List<Measurement> seen = new ArrayList<>();
    Settings settings = new Settings(List.of(0.1, 0.5), 0, 1, 1, 0);
    new CrossoverProbe(settings, Device.CPU, seen::add).measure(CASES.subList(0, 1));
    assertThat(seen).hasSize(8);
    for (int i = 0; i < seen.size(); i += 2) {
      assertThat(seen.get(i).dense()).isEqualTo(seen.get(i + 1).dense());
    }
  }

  @Test
  void nmIsMeasuredAtItsOwnDensityInEveryDirection() {
    List<Case> cases =
        List.of(
            new Case.Linear(8, 24, 16, new Granularity.NOfM(1, 4)),
            new Case.Convolution(
                Shape.of(2, 4, 6, 6),
                Shape.of(4, 4, 3, 3),
                ConvSpec.of(1, 1),
                new Granularity.NOfM(2, 4, 4)));
    List<Measurement> seen = new ArrayList<>();
    Settings settings = new Settings(List.of(0.1, 0.7), 0, 1, 1, 0);
    Crossover table = new CrossoverProbe(settings, Device.CPU, seen::add).measure(cases);
    assertThat(table.rules()).hasSize(8).allMatch(rule -> rule.kernel() == Kernel.NM);
    assertThat(table.rules())
        .allMatch(rule -> rule.maxDensity() == (rule.family() == Family.LINEAR ? 0.25 : 0.5));
    assertThat(seen).hasSize(8);
    assertThat(Crossover.parse(table.text(), "again").rules()).isEqualTo(table.rules());
  }

  @Test
  void standardCasesHaveEveryFormat() {
    assertThat(CrossoverCases.standard())
        .extracting(one -> Kernel.nativeTo(one.granularity()))
        .contains(Kernel.CSR, Kernel.BSR, Kernel.NM);
    assertThat(CrossoverCases.standard())
        .allMatch(one -> one.granularity().refusal(one.weight()).isEmpty());
  }

  @Test
  void winsAtEveryDensityGiveTheLargestOne() {
    Settings settings = new Settings(List.of(0.1, 0.5), 0, 1, 1, 0);
    Crossover table = new CrossoverProbe(settings, Device.CPU, _ -> {}).measure(CASES);
    assertThat(table.rules()).allMatch(rule -> rule.maxDensity() == 0.5);
    assertThat(table.rules()).anyMatch(rule -> rule.minColumns() == 72 && rule.minWeights() == 108);
  }

  @Test
  void onlySparseChoicesOfATableAreChecked() {
    Settings settings = new Settings(List.of(0.1), 0, 1, 1, 1);
    List<Measurement> seen = new ArrayList<>();
    var probe = new CrossoverProbe(settings, Device.CPU, seen::add);
    Crossover table =
        Crossover.parse("espalier-crossover 1\nlinear forward element 1 0 csr 0.25", "t");
    List<Double> densities = List.of(0.2, 0.3);
    double never = 1;
    assertThat(probe.losses(table, CASES, densities, never)).isEmpty();
    // blocks without rules of their own follow those of elements
    assertThat(seen).hasSize(2).allMatch(m -> m.density() == 0.2 && m.kernel() == Kernel.CSR);
    double always = -1e9;
    assertThat(probe.losses(table, CASES, densities, always))
        .hasSize(2)
        .isSortedAccordingTo(java.util.Comparator.comparingDouble(Measurement::speedUp));
  }

  @Test
  void writtenTablesAreReadBackWithoutTheirNotes(@TempDir Path folder) throws IOException {
    Crossover table =
        Crossover.parse("espalier-crossover 1\nlinear forward element 1 0 csr 0.25", "t");
    Path file = folder.resolve("mine.txt");
    CrossoverProbe.write(table, List.of("one machine\nsecond line", "another note"), file);
    assertThat(Crossover.parse(file).digest()).isEqualTo(table.digest());
    assertThat(Files.readAllLines(file))
        .startsWith("# one machine", "# second line", "# another note");
  }
}
