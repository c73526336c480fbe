package dev.espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ResultsPageTest {
  private static String page(KernelRow... rows) {
    return ResultsPage.markdown(
        new Results(List.of(rows), List.of(Rows.model(0.9, 2.5)), List.of()));
  }

  @Test
  void namesMachineRuntimeAndCommit() {
    assertThat(page(Rows.kernel("csr", 0.9, 4.5)))
        .startsWith("# Results\n")
        .contains("- machine: `a processor, an OS`\n")
        .contains("- Java: `25.0.3`\n")
        .contains("- commit: `0123456789ab`\n")
        .contains("- peak on 1 thread: 250 to 250 GFLOP/s");
  }

  @Test
  void winsAreCountedPerFormatAndSparsity() {
    assertThat(
            page(
                Rows.kernel("spmm", "csr", "1x1x1", 0.9, 4.0),
                Rows.kernel("spmm", "csr", "2x2x2", 0.9, 0.25),
                Rows.kernel("gemm", "dense", "2x2x2", 0, 9.0)))
        .contains("| spmm | forward | csr | 90 % | 1 | onednn | 1 of 2 | 0.25x | 1.00x | 4.00x |\n")
        .doesNotContain("| gemm | forward | dense | 0 % | 1 | onednn | 1 of 1");
  }

  @Test
  void lossesAreListedWorstFirst() {
    String page =
        page(
            Rows.kernel("spmm", "csr", "1x1x1", 0.5, 0.75),
            Rows.kernel("gemm", "dense", "2x2x2", 0, 0.5),
            Rows.kernel("spmm", "csr", "3x3x3", 0.9, 3.0));
    String losses = page.substring(page.indexOf("## Where we lose"), page.indexOf("## Models"));
    assertThat(losses).contains("0.50x", "0.75x").doesNotContain("3.00x");
    assertThat(losses.indexOf("0.50x")).isLessThan(losses.indexOf("0.75x"));
  }

  @Test
  void breakEvenIsInterpolated() {
    assertThat(page(Rows.kernel("csr", 0.5, 0.8), Rows.kernel("csr", 0.6, 1.2)))
        .contains("| spmm | forward | csr | 512x512x768 | 1 | onednn | 55 % |\n");
  }

  @Test
  void breakEvenOutsideWhatWasMeasuredIsSaidSo() {
    assertThat(page(Rows.kernel("csr", 0.5, 1.1), Rows.kernel("csr", 0.6, 1.2)))
        .contains("| below 50 % |\n");
    assertThat(page(Rows.kernel("csr", 0.5, 0.1), Rows.kernel("csr", 0.6, 0.2)))
        .contains("| above 60 % |\n");
    assertThat(
            page(
                Rows.kernel("csr", 0.5, 1.1),
                Rows.kernel("csr", 0.6, 0.5),
                Rows.kernel("csr", 0.7, 1.5)))
        .as("the last crossing counts")
        .contains("| 65 % |\n");
  }

  @Test
  void rowsWithoutAPeerAndModelsAreShown() {
    assertThat(page(Rows.kernel("gemm", "dense", "8x8x8", 0, null)))
        .contains("## Kernel: gemm")
        .contains("| gemm | forward | dense | 8x8x8 | 0 % | 1 | 50.0 | 1000.0 | 40 % | 16 |")
        .contains("| resnet-20 | 32 | 90 % | csr | 1 | 2.0000 | onnxruntime | 5.0000 | 2.50x |");
  }

  @Test
  void cellsCannotBreakTheTable() {
    assertThat(page(Rows.kernel("a|b", "csr", "1x1x1", 0.9, 4.0))).contains("| a\\|b | forward |");
    assertThatThrownBy(() -> Rows.kernel("a\n# b", "csr", "1x1x1", 0.9, 4.0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("control characters");
  }
}
