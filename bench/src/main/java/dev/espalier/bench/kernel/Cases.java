package dev.espalier.bench.kernel;

import static dev.espalier.bench.kernel.CaseName.DENSE;

import java.util.List;

/** From names to workloads. */
public final class Cases {
  /** Whole networks in evaluation mode. */
  public static final String MODEL = "model";

  /** Whole training steps. */
  public static final String TRAINING = "train-step";

  private Cases() {}

  /**
   * Puts the operands of a case into memory.
   *
   * @throws IllegalArgumentException if there is no such case
   */
  public static Workload prepare(CaseName name) {
    return switch (name.kernel()) {
      case "gemm" -> DenseProduct.of(name);
      case "spmm", "spmv", "sddmm" ->
          name.format().equals(PackedProduct.FORMAT)
              ? PackedProduct.of(name)
              : SparseProduct.of(name);
      case "conv2d" -> name.isDense() ? new DenseConvolution(name) : new SparseConvolution(name);
      case "softmax" -> new SoftmaxLayer(name);
      case "layernorm" -> new LayerNormLayer(name);
      case "maxpool2d", "avgpool2d" -> new PoolLayer(name);
      case "attention" -> new AttentionLayer(name);
      case MODEL -> new InferenceWorkload(name);
      case TRAINING -> new TrainingWorkload(name);
      default -> throw new IllegalArgumentException("no kernel '" + name.kernel() + "'");
    };
  }

  /** The peers that rows of this case compare with: the strongest dense ones. */
  public static List<String> peers(CaseName name) {
    return switch (name.kernel()) {
      case "gemm" ->
          ProductShape.parse(name.shape()).batch() == 1
              ? List.of("onednn", "openblas")
              : List.of("onednn");
      case "attention", TRAINING -> List.of("libtorch");
      case MODEL -> List.of("onnxruntime");
      default -> List.of("onednn");
    };
  }

  /** The same problem with a dense weight, on our dense kernel. */
  public static CaseName dense(CaseName name) {
    String kernel =
        switch (name.kernel()) {
          case "spmm", "spmv", "sddmm" -> "gemm";
          default -> name.kernel();
        };
    return new CaseName(kernel, name.pass(), DENSE, name.shape(), 0);
  }
}
