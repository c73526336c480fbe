package dev.espalier.bench.kernel;

import static dev.espalier.bench.kernel.CaseName.DENSE;

import java.util.List;

/** From names to workloads. */
public final class Cases {
  private Cases() {}

  /**
   * Puts the operands of a case into memory.
   *
   * @throws IllegalArgumentException if there is no such case
   */
  public static Workload prepare(CaseName name) {
    return switch (name.kernel()) {
      case "gemm" -> new DenseProduct(name);
      case "spmm", "spmv", "sddmm" -> new SparseProduct(name);
      default -> throw new IllegalArgumentException("no kernel '" + name.kernel() + "'");
    };
  }

  /** The peers that rows of this case compare with: the strongest dense ones. */
  public static List<String> peers(CaseName name) {
    return name.kernel().equals("gemm") ? List.of("onednn", "openblas") : List.of("onednn");
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
