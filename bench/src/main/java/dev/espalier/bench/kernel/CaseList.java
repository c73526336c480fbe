package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem.Pass;
import java.util.ArrayList;
import java.util.List;

/** Which cases are measured. */
public final class CaseList {
  private static final int[] SQUARES = {384, 768, 1536};

  private CaseList() {}

  /** All cases, or few of each family. */
  public static List<CaseName> all(boolean quick) {
    List<CaseName> cases = new ArrayList<>();
    for (int size : SQUARES) {
      cases.add(dense("gemm", Pass.FORWARD, ProductShape.of(size, size, size)));
    }
    for (Pass pass : Pass.values()) {
      cases.add(
          new CaseName(
              pass == Pass.DW ? "sddmm" : "spmm",
              pass,
              "csr",
              ProductShape.of(512, 512, 768),
              0.9));
    }
    return cases;
  }

  private static CaseName dense(String kernel, Pass pass, String shape) {
    return new CaseName(kernel, pass, CaseName.DENSE, shape, 0);
  }
}
