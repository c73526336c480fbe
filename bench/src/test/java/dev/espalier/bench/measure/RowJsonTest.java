package dev.espalier.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class RowJsonTest {
  @Test
  void kernelRowsHaveTheAgreedKeysFirst() {
    assertThat(RowJson.write(Rows.kernel("csr", 0.9, 4.5)))
        .startsWith(
            "{\"kernel\":\"spmm\",\"pass\":\"forward\",\"format\":\"csr\",\"shape\":\"512x512x768\","
                + "\"sparsity\":0.9,\"threads\":1,\"ours_gflops\":50.0,\"peer\":\"onednn\","
                + "\"peer_gflops\":200.0,\"ratio\":4.5,\"peak_gflops\":250.0,\"ours_us\":1000.0,"
                + "\"peer_us\":4500.0,\"error\":0.02,\"alloc_bytes\":16.0,\"roofline\":0.4,"
                + "\"bandwidth_gbs\":60.0,")
        .doesNotContain("\n");
  }

  @Test
  void modelRowsHaveTheAgreedKeysFirst() {
    assertThat(RowJson.write(Rows.model(0.9, 2.5)))
        .startsWith(
            "{\"model\":\"resnet-20\",\"batch\":32,\"sparsity\":0.9,\"format\":\"csr\","
                + "\"ours_ms\":2.0,\"peer\":\"onnxruntime\",\"peer_ms\":5.0,\"ratio\":2.5,");
  }

  @Test
  void rowsComeBackEqual() {
    for (Row row :
        new Row[] {
          Rows.kernel("csr", 0.9, 4.5), Rows.kernel("dense", 0, null), Rows.model(0, 0.9)
        }) {
      assertThat(RowJson.read(RowJson.write(row))).isEqualTo(row);
    }
  }

  @Test
  void whatIsNoRowIsRefused() {
    String good = RowJson.write(Rows.kernel("csr", 0.9, 4.5));
    refused("");
    refused("[]");
    refused("{}");
    refused(good + " 1");
    refused(good.replace("\"threads\":1", "\"threads\":\"1\""));
    refused(good.replace("\"threads\":1", "\"threads\":0"));
    refused(good.replace("\"sparsity\":0.9", "\"sparsity\":2"));
    refused(good.replace("\"ours_gflops\":50.0", "\"ours_gflops\":-1"));
    refused(good.replace("\"ratio\":4.5", "\"ratio\":null"));
    refused(good.replace("\"kernel\"", "\"colonel\""));
    refused(good.replace("\"peer_us\"", "\"peer_gflops\""));
  }

  private static void refused(String line) {
    assertThatThrownBy(() -> RowJson.read(line)).isInstanceOf(IllegalArgumentException.class);
  }
}
