package dev.espalier.bench.kernel;

import static dev.espalier.bench.kernel.CaseName.DENSE;

import dev.espalier.bench.peer.Problem.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every kernel, pass and kind of format, at sizes that take no time. */
public final class TinyCases {
  private static final List<Pass> PASSES = List.of(Pass.FORWARD, Pass.DX, Pass.DW);

  private TinyCases() {}

  /** The cases. */
  public static Stream<CaseName> all() {
    List<CaseName> cases = new ArrayList<>();
    for (Pass pass : PASSES) {
      cases.add(new CaseName("gemm", pass, DENSE, "5x7x9", 0));
      cases.add(new CaseName("gemm", pass, DENSE, "3*5x7x9", 0));
      String product = pass == Pass.DW ? "sddmm" : "spmm";
      for (String format : List.of("csr", "vector-4x1", "vector-1x4", "bsr-4", "bsr-2x4")) {
        cases.add(new CaseName(product, pass, format, "16x24x19", 0.75));
      }
      for (String format : List.of("nm-2:4", "nm-2:4x2", "nm-2:4x4", "nm-4:8x4")) {
        cases.add(new CaseName(product, pass, format, "16x24x19", 0.5));
        cases.add(new CaseName("conv2d", pass, format, "2x8x9x7-12x3x3-s1p1", 0.5));
      }
      cases.add(new CaseName(product, pass, "nm-1:4", "16x24x19", 0.75));
      for (String shape :
          List.of("2x8x9x7-12x3x3-s1p1", "1x8x9x9-4x3x3-s2p1", "2x8x6x6-8x3x3-s1p1g4")) {
        cases.add(new CaseName("conv2d", pass, DENSE, shape, 0));
        cases.add(new CaseName("conv2d", pass, "csr", shape, 0.75));
        cases.add(new CaseName("conv2d", pass, "vector-4x1", shape, 0.75));
      }
    }
    cases.add(new CaseName("spmv", Pass.FORWARD, "csr", "16x24x1", 0.75));
    cases.add(new CaseName("softmax", Pass.FORWARD, DENSE, "3x17", 0));
    cases.add(new CaseName("layernorm", Pass.FORWARD, DENSE, "3x17", 0));
    cases.add(new CaseName("maxpool2d", Pass.FORWARD, DENSE, "2x3x9x9-k3s2p1", 0));
    cases.add(new CaseName("avgpool2d", Pass.FORWARD, DENSE, "2x3x9x9-k3s2p1", 0));
    cases.add(new CaseName("attention", Pass.FORWARD, DENSE, "2x5x8", 0));
    for (String network : Networks.TRAINED) {
      cases.add(new CaseName(Cases.MODEL, Pass.FORWARD, DENSE, network + "@2", 0));
      cases.add(new CaseName(Cases.MODEL, Pass.FORWARD, "csr", network + "@2", 0.9));
      cases.add(new CaseName(Cases.TRAINING, Pass.STEP, DENSE, network + "@8", 0));
      cases.add(new CaseName(Cases.TRAINING, Pass.STEP, "csr", network + "@8", 0.9));
    }
    return cases.stream();
  }
}
