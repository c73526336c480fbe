package dev.espalier.bench.measure;

/** Rows to test with. */
final class Rows {
  private Rows() {}

  static KernelRow kernel(String format, double sparsity, Double ratio) {
    return kernel("spmm", format, "512x512x768", sparsity, ratio);
  }

  static KernelRow kernel(
      String kernel, String format, String shape, double sparsity, Double ratio) {
    return new KernelRow(
        kernel,
        "forward",
        format,
        shape,
        sparsity,
        1,
        50,
        ratio == null ? null : "onednn",
        ratio == null ? null : 200.0,
        ratio,
        250,
        1000,
        ratio == null ? null : 1000 * ratio,
        0.02,
        16,
        0.4,
        60,
        "brg_matmul:avx512_core",
        "",
        "a processor, an OS",
        "25.0.3",
        "0123456789ab");
  }

  static ModelRow model(double sparsity, Double ratio) {
    return new ModelRow(
        "resnet-20",
        32,
        sparsity,
        sparsity > 0 ? "csr" : "dense",
        2,
        ratio == null ? null : "onnxruntime",
        ratio == null ? null : 2 * ratio,
        ratio,
        1,
        0.01,
        0,
        "",
        "a processor, an OS",
        "25.0.3",
        "0123456789ab");
  }
}
