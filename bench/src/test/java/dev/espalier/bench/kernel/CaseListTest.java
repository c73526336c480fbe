package dev.espalier.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CaseListTest {
  @TempDir private Path folder;

  private static List<CaseName> everything() {
    List<CaseName> all = new ArrayList<>(CaseList.kernels(false));
    all.addAll(CaseList.models(false));
    return all;
  }

  @Test
  void namesAreUniqueAndCanBeReadBack() {
    assertThat(everything())
        .doesNotHaveDuplicates()
        .allSatisfy(name -> assertThat(CaseName.parse(name.toString())).isEqualTo(name));
  }

  @Test
  void quickIsAPartOfAll() {
    assertThat(CaseList.kernels(false)).containsAll(CaseList.kernels(true));
    assertThat(CaseList.models(false)).containsAll(CaseList.models(true));
    assertThat(CaseList.kernels(true)).hasSizeLessThan(CaseList.kernels(false).size() / 4);
  }

  @Test
  void quickHasEveryKernelAndPass() {
    assertThat(CaseList.kernels(true).stream().map(it -> it.kernel() + it.pass()).distinct())
        .containsExactlyInAnyOrderElementsOf(
            CaseList.kernels(false).stream()
                .map(it -> it.kernel() + it.pass())
                .distinct()
                .toList());
  }

  @Test
  void everySparseCaseHasADenseTwinOfTheSameShape() {
    assertThat(everything())
        .filteredOn(name -> !name.isDense())
        .allSatisfy(
            name -> {
              CaseName dense = Cases.dense(name);
              assertThat(dense.isDense()).isTrue();
              assertThat(dense.shape()).isEqualTo(name.shape());
              assertThat(dense.pass()).isEqualTo(name.pass());
              assertThat(Cases.peers(name)).isSubsetOf(Cases.peers(dense));
            });
  }

  @Test
  void patternsFromFilesBecomeCases() throws IOException {
    Path file = folder.resolve("sub dir/layer.smtx");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "2, 4, 2\n0 1 2\n1 3\n");
    Files.writeString(folder.resolve("other.txt"), "not a pattern");
    List<CaseName> cases = CaseList.fromFiles(folder, false);
    assertThat(cases)
        .extracting(CaseName::toString)
        .containsExactly(
            "spmm forward csr 2x4x256 0.75 " + file.toAbsolutePath(),
            "spmm dx csr 2x4x256 0.75 " + file.toAbsolutePath(),
            "sddmm dw csr 2x4x256 0.75 " + file.toAbsolutePath());
    for (CaseName name : cases) {
      try (Contender ours = Contender.open(name, Contender.OURS, 1)) {
        assertThat(ours.usefulFlops()).isEqualTo(2.0 * 2 * 256);
      }
    }
  }
}
