package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.prune.compile.FormatChoice.Product;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Granularity;
import org.junit.jupiter.api.Test;

class FormatChoiceTest {
  private static final Granularity ELEMENT = new Granularity.Element();
  private static final Granularity BLOCK = new Granularity.Block(4, 4);

  private static Product product(Granularity granularity, long columns, double density) {
    return new Product(Family.LINEAR, granularity, columns, 1000, density);
  }

  private static Kernel kernel(FormatChoice choice, Granularity granularity, double density) {
    return choice.choose(product(granularity, 1, density)).kernel();
  }

  @Test
  void theTableDecidesByGranularityColumnsAndDensity() {
    FormatChoice table =
        FormatChoice.byTable(
            Crossover.parse(
                """
                espalier-crossover 1
                linear inference element 8 0 csr 0.4
                linear inference element 0 0 csr 0.2
                linear inference block-4x4 0 0 bsr 0.6
                """,
                "test"));
    assertThat(kernel(table, ELEMENT, 0.2)).isEqualTo(Kernel.CSR);
    assertThat(kernel(table, ELEMENT, 0.3)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(table, BLOCK, 0.3)).isEqualTo(Kernel.BSR);
    assertThat(kernel(table, BLOCK, 0.7)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(table, new Granularity.ColumnVector(4), 0.2)).isEqualTo(Kernel.CSR);
    assertThat(table.choose(product(ELEMENT, 8, 0.3)).reason())
        .isEqualTo("csr: linear inference element columns >= 8 weights >= 0, density up to 0.4");
    assertThat(table.choose(product(BLOCK, 8, 0.7)).reason())
        .isEqualTo(
            "dense: linear inference block-4x4 columns >= 0 weights >= 0, density above 0.6");
    assertThat(table.choose(product(ELEMENT, 8, 1)).reason()).isEqualTo("dense: nothing is pruned");
  }

  @Test
  void fixedChoicesLeaveDenseWhatIsNotPruned() {
    assertThat(kernel(FormatChoice.dense(), ELEMENT, 0.01)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(FormatChoice.csr(), BLOCK, 0.99)).isEqualTo(Kernel.CSR);
    assertThat(kernel(FormatChoice.csr(), BLOCK, 1)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(FormatChoice.sparse(), BLOCK, 0.99)).isEqualTo(Kernel.BSR);
    assertThat(kernel(FormatChoice.sparse(), new Granularity.NOfM(2, 4), 0.5)).isEqualTo(Kernel.NM);
    assertThat(kernel(FormatChoice.csr(), new Granularity.NOfM(2, 4), 0.5)).isEqualTo(Kernel.CSR);
    assertThat(kernel(FormatChoice.sparse(), BLOCK, 1)).isEqualTo(Kernel.DENSE);
    assertThat(kernel(FormatChoice.sparse(), ELEMENT, 0.99)).isEqualTo(Kernel.CSR);
  }
}
