package dev.espalier.bench.kernel;

import static dev.espalier.bench.kernel.CaseName.DENSE;

import dev.espalier.bench.peer.Problem.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which cases are measured. Shapes are those of the networks that the literature on sparse kernels
 * measures: ResNet-50, VGG-16, MobileNetV1, Transformer-base, squares, and odd sizes.
 */
public final class CaseList {
  private static final double[] SPARSITIES = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98};
  private static final double[] FEW_SPARSITIES = {0.7, 0.9};
  private static final double[] QUICK_SPARSITIES = {0.9};
  private static final List<Pass> PASSES = List.of(Pass.FORWARD, Pass.DX, Pass.DW);

  /** Columns of the dense operand beside patterns from files: the tokens of a batch. */
  private static final int FILE_COLUMNS = 256;

  private static final String[] SQUARES = {
    "384x384x384", "512x512x512", "768x768x768", "1024x1024x1024", "1536x1536x1536"
  };
  private static final String[] TRANSFORMER = {"512x512x768", "2048x512x512", "512x2048x512"};
  private static final String[] SKINNY = {
    "512x512x1",
    "512x512x8",
    "512x512x32",
    "2048x512x1",
    "2048x512x8",
    "2048x512x32",
    "1024x1024x1",
    "1024x1024x8",
    "1024x1024x32"
  };
  private static final String[] ODD = {"127x129x131", "333x515x777", "511x513x1023"};
  private static final String[] RESNET_1X1 = {
    "64x64x3136",
    "256x64x3136",
    "64x256x3136",
    "512x128x784",
    "128x512x784",
    "1024x256x196",
    "256x1024x196",
    "2048x512x49",
    "512x2048x49"
  };
  private static final String[] MOBILENET_1X1 = {
    "64x32x12544",
    "128x64x3136",
    "128x128x3136",
    "256x128x784",
    "256x256x784",
    "512x256x196",
    "512x512x196",
    "1024x512x49",
    "1024x1024x49"
  };
  private static final String[] CONVOLUTIONS = {
    "1x64x56x56-64x3x3-s1p1", "1x128x28x28-128x3x3-s1p1", "1x256x14x14-256x3x3-s1p1",
    "1x512x7x7-512x3x3-s1p1", "1x128x56x56-128x3x3-s2p1", "1x256x28x28-256x3x3-s2p1"
  };
  private static final String[] BATCHED_CONVOLUTIONS = {
    "10x64x56x56-64x3x3-s1p1",
    "10x128x28x28-128x3x3-s1p1",
    "10x256x14x14-256x3x3-s1p1",
    "10x512x7x7-512x3x3-s1p1"
  };
  private static final String[] DENSE_CONVOLUTIONS = {
    "1x64x224x224-64x3x3-s1p1", "1x128x112x112-128x3x3-s1p1", "1x256x56x56-256x3x3-s1p1",
    "1x512x28x28-512x3x3-s1p1", "1x512x14x14-512x3x3-s1p1", "1x3x224x224-64x7x7-s2p3",
    "1x64x56x56-256x1x1-s1p0", "1x256x14x14-1024x1x1-s1p0", "1x256x56x56-512x1x1-s2p0",
    "1x48x27x27-128x5x5-s1p2", "1x56x112x112-56x3x3-s1p1g56", "1x232x28x28-232x3x3-s1p1g232",
    "1x128x56x56-128x3x3-s1p1g32"
  };
  private static final String[] VECTORS = {
    "vector-2x1", "vector-4x1", "vector-8x1", "vector-16x1", "vector-1x4", "vector-1x8"
  };
  private static final String[] NMS = {
    "nm-2:4", "nm-2:4x4", "nm-1:4", "nm-1:4x4", "nm-4:8", "nm-4:8x4", "nm-2:4x2"
  };
  private static final String[] PACKED = {"4096x1024x1", "1024x1024x1", "512x512x768"};
  private static final String[] BLOCKS = {"bsr-4", "bsr-8", "bsr-16", "bsr-32", "bsr-64"};

  private final boolean quick;
  private final List<CaseName> cases = new ArrayList<>();

  private CaseList(boolean quick) {
    this.quick = quick;
  }

  /** All kernels, or a few of each family. */
  public static List<CaseName> kernels(boolean quick) {
    CaseList list = new CaseList(quick);
    list.products();
    list.sparseProducts();
    list.structuredProducts();
    list.convolutions();
    list.layers();
    list.training();
    return List.copyOf(list.cases);
  }

  /** Compiled networks: dense, and at the sparsities where pruned ones live. */
  public static List<CaseName> models(boolean quick) {
    CaseList list = new CaseList(quick);
    for (NetworkShape network : Networks.COMPILED) {
      String shape = network.toString();
      list.add(Cases.MODEL, Pass.FORWARD, DENSE, shape, 0);
      for (double sparsity : quick ? QUICK_SPARSITIES : new double[] {0.8, 0.9, 0.95}) {
        list.add(Cases.MODEL, Pass.FORWARD, "csr", shape, sparsity);
      }
    }
    return List.copyOf(list.cases);
  }

  /** The patterns below a folder, forward and both gradients. */
  public static List<CaseName> fromFiles(Path folder, boolean quick) throws IOException {
    CaseList list = new CaseList(quick);
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder)) {
      files = found.filter(file -> file.toString().matches(".*\\.smtx(\\.gz)?")).sorted().toList();
    }
    for (Path file : files) {
      SmtxFile.Header header = SmtxFile.header(file);
      String shape = ProductShape.of(header.rows(), header.columns(), FILE_COLUMNS);
      for (Pass pass : quick ? List.of(Pass.FORWARD) : PASSES) {
        String kernel = pass == Pass.DW ? "sddmm" : "spmm";
        double sparsity = Math.round(header.sparsity() * 1e4) / 1e4;
        list.cases.add(
            new CaseName(kernel, pass, "csr", shape, sparsity, file.toAbsolutePath().toString()));
      }
    }
    return List.copyOf(list.cases);
  }

  private void add(String kernel, Pass pass, String format, String shape, double sparsity) {
    cases.add(new CaseName(kernel, pass, format, shape, sparsity));
  }

  private String[] some(int few, String... shapes) {
    return quick ? java.util.Arrays.copyOf(shapes, Math.min(few, shapes.length)) : shapes;
  }

  private List<Pass> passes() {
    return PASSES;
  }

  // ---- dense products

  private void products() {
    String[] squares = quick ? new String[] {"384x384x384", "768x768x768"} : SQUARES;
    for (String[] group : List.of(squares, some(1, TRANSFORMER), some(1, RESNET_1X1))) {
      for (String shape : group) {
        for (Pass pass : passes()) {
          add("gemm", pass, DENSE, shape, 0);
        }
      }
    }
    for (String[] group : List.of(some(2, SKINNY), some(1, ODD), some(1, MOBILENET_1X1))) {
      for (String shape : group) {
        add("gemm", Pass.FORWARD, DENSE, shape, 0);
      }
    }
    add("gemm", Pass.FORWARD, DENSE, "12*128x64x128", 0);
  }

  // ---- unstructured

  private void sparseProducts() {
    for (String shape : some(1, TRANSFORMER)) {
      sparse(shape, "csr", quick ? QUICK_SPARSITIES : SPARSITIES, passes());
    }
    for (String shape : some(1, RESNET_1X1)) {
      sparse(shape, "csr", quick ? QUICK_SPARSITIES : SPARSITIES, List.of(Pass.FORWARD));
      sparse(shape, "csr", QUICK_SPARSITIES, List.of(Pass.DX, Pass.DW));
    }
    for (String shape : some(0, MOBILENET_1X1)) {
      sparse(shape, "csr", FEW_SPARSITIES, List.of(Pass.FORWARD));
    }
    for (String shape : some(2, SKINNY)) {
      sparse(shape, "csr", quick ? QUICK_SPARSITIES : FEW_SPARSITIES, List.of(Pass.FORWARD));
    }
    for (String shape : some(0, ODD)) {
      sparse(shape, "csr", QUICK_SPARSITIES, passes());
    }
  }

  private void sparse(String shape, String format, double[] sparsities, List<Pass> passes) {
    for (Pass pass : passes) {
      String kernel = shape.endsWith("x1") ? "spmv" : pass == Pass.DW ? "sddmm" : "spmm";
      for (double sparsity : sparsities) {
        add(kernel, pass, format, shape, sparsity);
      }
    }
  }

  // ---- structured; a further format is one more name

  private void structuredProducts() {
    String[] vectors = quick ? new String[] {"vector-4x1"} : VECTORS;
    String[] blocks = quick ? new String[] {"bsr-16"} : BLOCKS;
    for (String[] formats : List.of(vectors, blocks)) {
      for (String format : formats) {
        sparse("512x512x768", format, quick ? QUICK_SPARSITIES : SPARSITIES, List.of(Pass.FORWARD));
        sparse("512x512x768", format, QUICK_SPARSITIES, List.of(Pass.DX, Pass.DW));
      }
    }
    for (String format : some(2, NMS)) {
      double sparsity = format.contains("1:4") ? 0.75 : 0.5;
      for (String shape : some(1, TRANSFORMER)) {
        sparse(shape, format, new double[] {sparsity}, passes());
      }
    }
    for (String shape : some(1, PACKED)) {
      sparse(shape, PackedProduct.FORMAT, new double[] {0.5}, List.of(Pass.FORWARD));
    }
    if (!quick) {
      for (String format : List.of("vector-4x1", "bsr-16", "bsr-32")) {
        sparse("2048x512x512", format, QUICK_SPARSITIES, passes());
        sparse("256x1024x196", format, QUICK_SPARSITIES, passes());
      }
    }
  }

  // ---- convolutions

  private void convolutions() {
    for (String[] group :
        List.of(
            some(1, CONVOLUTIONS), some(0, BATCHED_CONVOLUTIONS), some(0, DENSE_CONVOLUTIONS))) {
      for (String shape : group) {
        for (Pass pass : passes()) {
          add("conv2d", pass, DENSE, shape, 0);
        }
      }
    }
    for (String[] group : List.of(some(1, CONVOLUTIONS), some(0, BATCHED_CONVOLUTIONS))) {
      for (String shape : group) {
        for (double sparsity : quick ? QUICK_SPARSITIES : SPARSITIES) {
          add("conv2d", Pass.FORWARD, "csr", shape, sparsity);
        }
        add("conv2d", Pass.DX, "csr", shape, 0.9);
        add("conv2d", Pass.DW, "csr", shape, 0.9);
        if (!quick) {
          add("conv2d", Pass.FORWARD, "vector-4x1", shape, 0.9);
          add("conv2d", Pass.FORWARD, "bsr-16", shape, 0.9);
          for (Pass pass : passes()) {
            add("conv2d", pass, "nm-2:4", shape, 0.5);
            add("conv2d", pass, "nm-2:4x4", shape, 0.5);
          }
        }
      }
    }
  }

  // ---- layers without weights

  private void layers() {
    add("softmax", Pass.FORWARD, DENSE, "1536x128", 0);
    add("layernorm", Pass.FORWARD, DENSE, "2048x512", 0);
    add("maxpool2d", Pass.FORWARD, DENSE, "1x64x112x112-k3s2p1", 0);
    add("avgpool2d", Pass.FORWARD, DENSE, "1x512x28x28-k2s2p0", 0);
    add("attention", Pass.FORWARD, DENSE, "8x128x64", 0);
    if (!quick) {
      add("softmax", Pass.FORWARD, DENSE, "128x30000", 0);
      add("layernorm", Pass.FORWARD, DENSE, "512x768", 0);
      add("maxpool2d", Pass.FORWARD, DENSE, "1x64x224x224-k2s2p0", 0);
      add("maxpool2d", Pass.FORWARD, DENSE, "128x20x24x24-k2s2p0", 0);
      add("maxpool2d", Pass.FORWARD, DENSE, "128x50x8x8-k2s2p0", 0);
      add("avgpool2d", Pass.FORWARD, DENSE, "128x64x8x8-k8s8p0", 0);
      add("attention", Pass.FORWARD, DENSE, "8x512x64", 0);
    }
  }

  // ---- whole steps

  private void training() {
    for (String network : quick ? List.of("lenet-300-100") : Networks.TRAINED) {
      String shape = new NetworkShape(network, 128).toString();
      add(Cases.TRAINING, Pass.STEP, DENSE, shape, 0);
      add(Cases.TRAINING, Pass.STEP, "csr", shape, 0.9);
    }
  }
}
