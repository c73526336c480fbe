package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrossoverTest {
  private static final String TABLE =
      """
      espalier-crossover 1   # version
      # a comment
      linear forward element     1    0     csr 0.1
      linear forward element     16   0     csr 0.3
      linear forward element     16   1000  csr 0.5

      linear forward block-4x4   1    0     bsr 0.6
      linear grad-weight element 1    0     csr 0
      """;

  private static Kernel kernel(
      Granularity granularity, long columns, long weights, double density) {
    return Crossover.parse(TABLE, "test")
        .decide(Family.LINEAR, Direction.FORWARD, granularity, columns, weights, density)
        .kernel();
  }

  @Test
  void theRuleWithMostColumnsThenMostWeightsDecides() {
    assertThat(kernel(new Granularity.Element(), 15, 5000, 0.1)).isEqualTo(Kernel.CSR);
    assertThat(kernel(new Granularity.Element(), 15, 5000, 0.11)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(new Granularity.Element(), 16, 999, 0.3)).isEqualTo(Kernel.CSR);
    assertThat(kernel(new Granularity.Element(), 16, 999, 0.31)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(new Granularity.Element(), 16, 1000, 0.5)).isEqualTo(Kernel.CSR);
    assertThat(kernel(new Granularity.Element(), 0, 1000, 0)).isEqualTo(Kernel.DENSE);
  }

  @Test
  void aGranularityWithoutRulesIsServedByElementRules() {
    Granularity block = new Granularity.Block(4, 4);
    assertThat(kernel(block, 1, 1, 0.6)).isEqualTo(Kernel.BSR);
    assertThat(kernel(block, 1, 1, 0.7)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(new Granularity.Filter(), 1, 1, 0.1)).isEqualTo(Kernel.CSR);
    assertThat(kernel(new Granularity.Block(2, 2), 1, 1, 0.1)).isEqualTo(Kernel.CSR);
  }

  @Test
  void nmRulesServeTheirStructureAlone() {
    Crossover table =
        Crossover.parse(
            TABLE + "linear forward 2:4x4 16 0 nm 0.5\nlinear forward 1:4 0 0 csr 1", "t");
    var shared = new Granularity.NOfM(2, 4, 4);
    for (Crossover read : new Crossover[] {table, Crossover.parse(table.text(), "again")}) {
      assertThat(kernel(read, shared, 16, 0.5)).isEqualTo(Kernel.NM);
      assertThat(kernel(read, shared, 15, 0.5)).isEqualTo(Kernel.DENSE);
      assertThat(kernel(read, new Granularity.NOfM(2, 4), 16, 0.5)).isEqualTo(Kernel.DENSE);
      assertThat(kernel(read, new Granularity.NOfM(1, 4), 16, 0.25)).isEqualTo(Kernel.CSR);
    }
  }

  private static Kernel kernel(
      Crossover table, Granularity granularity, long columns, double density) {
    return table
        .decide(Family.LINEAR, Direction.FORWARD, granularity, columns, 100, density)
        .kernel();
  }

  @Test
  void densityZeroInARuleMeansNever() {
    Crossover table = Crossover.parse(TABLE, "test");
    var decision =
        table.decide(Family.LINEAR, Direction.GRAD_WEIGHT, new Granularity.Element(), 64, 100, 0);
    assertThat(decision.kernel()).isEqualTo(Kernel.DENSE);
    assertThat(decision.reason()).contains("linear grad-weight element columns >= 1");
    assertThat(
            table
                .decide(Family.POINTWISE, Direction.FORWARD, new Granularity.Element(), 1, 1, 0)
                .reason())
        .isEqualTo("dense: no rule fits");
  }

  @Test
  void decisionsAreMadeInAdvance() {
    Crossover table = Crossover.parse(TABLE, "test");
    assertThat(
            table.decide(Family.LINEAR, Direction.FORWARD, new Granularity.Element(), 16, 10, 0.2))
        .isSameAs(
            table.decide(Family.LINEAR, Direction.FORWARD, new Granularity.Element(), 99, 20, 0.1));
  }

  @Test
  void textRoundTripsAndTheDigestIgnoresCommentsAndOrder() {
    Crossover table = Crossover.parse(TABLE, "test");
    Crossover again = Crossover.parse(table.text(), "again");
    assertThat(again.rules()).isEqualTo(table.rules());
    assertThat(again.digest()).isEqualTo(table.digest()).hasSize(64);
    String other = TABLE.replace("csr 0.3", "csr 0.31");
    assertThat(Crossover.parse(other, "other").digest()).isNotEqualTo(table.digest());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "linear forward element 1 0 csr|a rule has the 7 fields",
        "linear forward element 1 0 csr 1.5|the density in [0, 1]",
        "linear forward element 1 0 csr NaN|the density in [0, 1]",
        "linear forward element -1 0 csr 0.5|must be >= 0",
        "linear forward element x 0 csr 0.5|For input string",
        "linear forward element 1 0 bsr 0.5|kernel bsr does not serve granularity element",
        "linear forward block-4x4 1 0 nm 0.5|kernel nm does not serve granularity block-4x4",
        "linear forward 2:4 1 0 bsr 0.5|kernel bsr does not serve granularity 2:4",
        "linear forward 2:256 1 0 nm 0.5|kernel nm does not serve granularity 2:256",
        "linear forward element 1 0 dense 0.5|kernel dense does not serve",
        "linear forward elements 1 0 csr 0.5|granularity: 'elements' is unknown",
        "lineal forward element 1 0 csr 0.5|'lineal' is none of [linear, pointwise, convolution]",
        "linear grad_input element 1 0 csr 0.5|'grad_input' is none of [forward, grad-input,"
            + " grad-weight, inference]",
      })
  void badLinesAreRefusedWithTheirNumber(String line, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Crossover.parse("espalier-crossover 1\n# x\n" + line, "table.txt"))
        .withMessageContaining("table.txt line 3")
        .withMessageContaining(message);
  }

  @Test
  void headersAndDuplicateConditionsAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Crossover.parse("linear", "t"))
        .withMessage("crossover: t line 1: expected 'espalier-crossover 1' but found 'linear'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Crossover.parse("\n# nothing\n", "t"))
        .withMessageContaining("does not start with");
    String twice = "espalier-crossover 1\nlinear forward element 1 0 csr 0.5\n";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Crossover.parse(twice + "linear forward element 1 0 csr 0.6", "t"))
        .withMessageContaining("t line 3: line 2 has the same condition");
  }

  @Test
  void filesAreReadWithTheirNameInMessages(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("mine.txt"), TABLE);
    assertThat(Crossover.parse(file).rules()).hasSize(5);
    Path bad = Files.writeString(folder.resolve("bad.txt"), "espalier-crossover 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Crossover.parse(bad))
        .withMessageContaining("bad.txt line 1");
  }

  @Test
  void theStandardTableIsReadableAndCoversLinearLayers() {
    assertThat(Crossover.standard().rules()).anyMatch(rule -> rule.family() == Family.LINEAR);
    assertThat(Crossover.standard().digest()).hasSize(64);
  }
}
