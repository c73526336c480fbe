package dev.espalier.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.bench.peer.Problem.Pass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CaseNameTest {
  @Test
  void nameHoldsAllFieldsInOrder() {
    var name = new CaseName("spmm", Pass.DX, "vector-4x1", "512x512x768", 0.9);
    assertThat(name).hasToString("spmm dx vector-4x1 512x512x768 0.9");
    assertThat(CaseName.parse(name.toString())).isEqualTo(name);
  }

  @Test
  void patternFilesMayHaveSpacesInTheirNames() {
    var name = new CaseName("sddmm", Pass.DW, "csr", "2x3x4", 0.5, "/a b/c d.smtx");
    assertThat(CaseName.parse(name.toString())).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "gemm forward dense 2x2x2",
        "gemm sideways dense 2x2x2 0",
        "gemm forward dense 2x2x2 x",
        "gemm forward csr 2x2x2 1.5",
        "gemm forward csr 2x2x2 -0.5",
        "gemm forward csr 2x2x2 NaN"
      })
  void othersAreRefused(String text) {
    assertThatThrownBy(() -> CaseName.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gemm forward dense 2x2 0",
        "gemm forward dense 2x2x9999999999 0",
        "spmm forward csc 2x2x2 0.5",
        "spmm forward bsr-0 4x4x4 0.5",
        "spmm forward nm-2:4 4x4x4 0.9",
        "spmm forward nm-2:4 4x6x4 0.5",
        "spmm forward nm-2:4x4 6x4x4 0.5",
        "spmm forward nm-block-4x4 4x4x4 0.5",
        "spmm step csr 2x2x2 0.5",
        "conv2d forward dense 1x3x4x4-5x3x3 0",
        "conv2d forward dense 1x3x4x4-4x3x3-s1p1g2 0",
        "softmax forward dense 3 0",
        "softmax forward dense 3x-1 0",
        "maxpool2d forward dense 1x1x4x4 0",
        "model forward dense lenet-5 0",
        "model forward dense lenet-6@1 0",
        "fft forward dense 8 0"
      })
  void casesThatDoNotExistAreRefused(String text) {
    assertThatThrownBy(() -> Cases.prepare(CaseName.parse(text)).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("null");
  }
}
