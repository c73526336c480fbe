package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.emulator.LaunchReport;
import dev.espalier.cuda.ops.CountedLaunch.Access;
import dev.espalier.cuda.ops.ProductWork.Tile;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the emulator counts of the kernels that matter: reads of operands are coalesced, tensor
 * cores never wait for a bank of shared memory, and the README says so in figures.
 */
final class CountersTest {
  private static final Device CUDA = new Device("cuda", 0);
  private static final int PER_ROW = 32;
  private static final ConvSpec SAME = ConvSpec.of(1, 1);
  private static final ConvSpec HALF = ConvSpec.of(2, 1);

  private final CudaBackend backend = (CudaBackend) Backends.of(CUDA);
  private final Gemm gemm = Gemm.withoutLibrary(backend.context());
  private final TensorCoreProducts tensorCores = new TensorCoreProducts(backend.context());
  private final List<CountedLaunch> counted = new ArrayList<>();

  private static Tensor random(int... dims) {
    return RandomFill.uniform(new Generator(1), DType.FLOAT32, Shape.of(dims), -1, 1).to(CUDA);
  }

  private static Tensor random(SparsePattern pattern) {
    return random(pattern.valuesShape().toArray());
  }

  private static Tensor empty(int... dims) {
    return Tensor.empty(DType.FLOAT32, Shape.of(dims), CUDA);
  }

  /** Rows of equal length, so that values are read at vector boundaries. */
  private static CsrPattern csr(int rows, int columns, int perRow) {
    int[] offsets = new int[rows + 1];
    int[] found = new int[rows * perRow];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < perRow; i++) {
        found[row * perRow + i] = (row * 5 + i * (columns / perRow)) % columns;
      }
      Arrays.sort(found, row * perRow, (row + 1) * perRow);
      offsets[row + 1] = (row + 1) * perRow;
    }
    return CsrPattern.of(rows, columns, offsets, found);
  }

  private void count(String what, Access access) {
    LaunchReport report = ((EmulatedDriver) backend.context().driver()).lastLaunch();
    counted.add(new CountedLaunch(what, access, report));
  }

  @Test
  void operandsAreCoalescedAndBanksFreeOfConflicts() throws IOException {
    assumeTrue(backend.context().driver() instanceof EmulatedDriver, "a device has no counters");
    try (var _ = Scope.open("counters")) {
      sparse();
      vectors();
      sparseConvolutions();
      stridedConvolutions();
      dense();
      denseConvolutions();
      blocks();
      blocksWithoutTensorCores();
      blockConvolutions();
    }
    for (CountedLaunch launch : counted) {
      launch.check();
    }
    assertThat(Files.readString(Path.of("README.md")))
        .as("cuda/README.md must have this table:%n%s", CountedLaunch.table(counted))
        .contains(CountedLaunch.table(counted));
  }

  private void sparse() {
    CsrPattern pattern = csr(64, 96, PER_ROW);
    for (int n : new int[] {64, 96, 131}) {
      Access access = n % 32 == 0 ? Access.ALIGNED : Access.UNALIGNED;
      String what = "64x96x%d, %d a row".formatted(n, PER_ROW);
      backend.spmm(pattern, random(pattern), random(96, n), 0, empty(64, n), Epilogue.NONE);
      count(what, access);
      backend.sddmm(pattern, random(64, n), random(96, n), empty(pattern.nnz()));
      count(what, access);
    }
  }

  /** Lanes share a row and read what it multiplies wherever that is. */
  private void vectors() {
    CsrPattern pattern = csr(64, 96, PER_ROW);
    for (int n : new int[] {1, 4}) {
      backend.spmm(pattern, random(pattern), random(96, n), 0, empty(64, n), Epilogue.NONE);
      count("64x96x%d, %d a row".formatted(n, PER_ROW), Access.GATHERED);
    }
    Tensor values = Tensor.full(DType.FLOAT32, pattern.valuesShape(), 1);
    var packed = PackedInt8.of(new Csr(pattern, values));
    for (int n : new int[] {1, 4, 64}) {
      backend.spmmPacked(packed, random(96, n), empty(64, n), Epilogue.NONE);
      count("64x96x%d, %d a row".formatted(n, PER_ROW), n <= 4 ? Access.GATHERED : Access.ALIGNED);
    }
  }

  private void sparseConvolutions() {
    for (int kernel : new int[] {1, 3}) {
      // a row of the image for each warp
      int[] in = {1, 32, 4, 32};
      int[] out = {1, 16, 4, 32};
      CsrPattern pattern = csr(16, 32 * kernel * kernel, PER_ROW / 2);
      Shape weight = Shape.of(16, 32, kernel, kernel);
      ConvSpec spec = ConvSpec.of(1, kernel / 2);
      Access access = kernel == 1 ? Access.ALIGNED : Access.UNALIGNED;
      String what = "%dx%d of 32 to 16 maps of 4x32".formatted(kernel, kernel);
      backend.sparseConv2d(
          pattern, random(pattern), weight, random(in), null, false, spec, empty(out));
      count(what, access);
      backend.sparseConv2dGradInput(pattern, random(pattern), weight, random(out), spec, empty(in));
      count(what + ", dx", access);
      backend.sparseConv2dGradWeight(
          pattern, weight, random(in), random(out), spec, empty(pattern.nnz()));
      count(what + ", dw", access);
    }
  }

  private void stridedConvolutions() {
    int[] in = {1, 32, 8, 64};
    int[] out = {1, 16, 4, 32};
    CsrPattern pattern = csr(16, 32 * 9, PER_ROW / 2);
    Shape weight = Shape.of(16, 32, 3, 3);
    Access access = Access.UNALIGNED;
    String what = "3x3 of 32 to 16 maps of 8x64, stride 2";
    backend.sparseConv2d(
        pattern, random(pattern), weight, random(in), null, false, HALF, empty(out));
    count(what, access);
    backend.sparseConv2dGradInput(pattern, random(pattern), weight, random(out), HALF, empty(in));
    count(what + ", dx", access);
    backend.sparseConv2dGradWeight(
        pattern, weight, random(in), random(out), HALF, empty(pattern.nnz()));
    count(what + ", dw", access);
  }

  private void denseConvolutions() {
    for (ConvSpec spec : List.of(SAME, HALF)) {
      int height = 4 * spec.strideH();
      int width = 32 * spec.strideW();
      String what = "3x3 of 16 to 64 maps of %dx%d".formatted(height, width);
      String stride = spec.strideW() > 1 ? ", stride 2" : "";
      int[] in = {2, 16, height, width};
      int[] out = {2, 64, 4, 32};
      int[] weight = {64, 16, 3, 3};
      backend.conv2d(random(in), random(weight), null, false, spec, empty(out));
      count(what + stride, Access.SPREAD);
      backend.conv2dGradInput(random(out), random(weight), spec, empty(in));
      count(what + stride + ", dx", Access.SPREAD);
      backend.conv2dGradWeight(random(in), random(out), spec, empty(weight));
      count(what + stride + ", dw", Access.SPREAD);
    }
  }

  private void dense() {
    var work = new ProductWork(256, 128, 64, 1, 1, 64);
    for (Tile tile : List.of(Tile.SMALL, Tile.MEDIUM, Tile.LARGE)) {
      gemm.tiles(
          1, random(256, 64), random(64, 128), 0, empty(256, 128), Epilogue.NONE, work, tile);
      count("256x64x128", Access.ALIGNED);
    }
    for (Precision precision : Precision.values()) {
      if (precision == Precision.FLOAT32) {
        continue;
      }
      precision.run(
          () -> {
            Tensor c = empty(256, 128);
            Tensor a = random(256, 64);
            gemm.gemm(1, a, random(64, 128), 0, c, Epilogue.NONE);
            count("256x64x128", Access.ALIGNED_ON_TENSOR_CORES);
            gemm.gemm(1, a, random(128, 64).transpose(), 0, c, Epilogue.NONE);
            count("256x64x128, b transposed", Access.ALIGNED_ON_TENSOR_CORES);
            backend.conv2d(
                random(2, 16, 4, 32), random(64, 16, 3, 3), null, false, SAME, empty(2, 64, 4, 32));
            count("3x3 of 16 to 64 maps of 4x32", Access.UNALIGNED_ON_TENSOR_CORES);
            backend.conv2dGradInput(
                random(2, 64, 4, 32), random(64, 16, 3, 3), SAME, empty(2, 16, 4, 32));
            count("3x3 of 16 to 64 maps of 4x32, dx", Access.UNALIGNED_ON_TENSOR_CORES);
            backend.conv2dGradWeight(
                random(2, 16, 4, 32), random(2, 64, 4, 32), SAME, empty(64, 16, 3, 3));
            count("3x3 of 16 to 64 maps of 4x32, dw", Access.UNALIGNED_ON_TENSOR_CORES);
          });
    }
  }

  /** Vectors of 2, 4 and 8 output rows, and square blocks. */
  private void blocksWithoutTensorCores() {
    Tensor dense = random(96, 64);
    for (int[] size : new int[][] {{2, 1}, {4, 1}, {8, 1}, {16, 16}}) {
      CsrPattern grid = csr(128 / size[0], 96 / size[1], size[1] == 1 ? PER_ROW : 96 / size[1] / 2);
      var pattern = new BsrPattern(grid, size[0], size[1]);
      String what = "128x96x64, blocks of %dx%d".formatted(size[0], size[1]);
      backend.spmm(pattern, random(pattern), dense, 0, empty(128, 64), Epilogue.NONE);
      count(what, Access.PARTLY_GATHERED);
      Tensor result = Tensor.empty(DType.FLOAT32, pattern.valuesShape(), CUDA);
      backend.sddmm(pattern, random(128, 64), dense, result);
      count(what, Access.ALIGNED);
    }
  }

  /** In float32, and on tensor cores for every type. */
  private void blockConvolutions() {
    Shape weight = Shape.of(32, 32, 3, 3);
    int[] maps = {1, 32, 4, 32};
    for (int[] size : new int[][] {{4, 1}, {16, 16}}) {
      int columns = 32 * 9 / size[1];
      var pattern = new BsrPattern(csr(32 / size[0], columns, columns / 2), size[0], size[1]);
      for (Precision precision : Precision.values()) {
        if (precision != Precision.FLOAT32 && size[1] == 1) {
          continue;
        }
        Access access =
            precision == Precision.FLOAT32
                ? Access.PARTLY_GATHERED
                : Access.UNALIGNED_ON_TENSOR_CORES;
        String what = "3x3 of 32 to 32 maps of 4x32, blocks of %dx%d".formatted(size[0], size[1]);
        precision.run(
            () -> {
              backend.sparseConv2d(
                  pattern, random(pattern), weight, random(maps), null, false, SAME, empty(maps));
              count(what, access);
              backend.sparseConv2dGradInput(
                  pattern, random(pattern), weight, random(maps), SAME, empty(maps));
              count(what + ", dx", access);
              Tensor result = Tensor.empty(DType.FLOAT32, pattern.valuesShape(), CUDA);
              backend.sparseConv2dGradWeight(
                  pattern, weight, random(maps), random(maps), SAME, result);
              count(what + ", dw", access);
            });
      }
    }
  }

  private void blocks() {
    Access access = Access.ALIGNED_ON_TENSOR_CORES;
    for (int size : new int[] {8, 16, 32, 64}) {
      int grid = 256 / size;
      var pattern = new BsrPattern(csr(grid, grid, grid / 2), size, size);
      Tensor dense = random(256, 128);
      for (TensorCoreType type : TensorCoreType.values()) {
        Tensor values = random(pattern);
        String what = "256x256x128, half of the blocks";
        tensorCores.spmm(pattern, values, dense, 0, empty(256, 128), Epilogue.NONE, type);
        count(what, access);
        tensorCores.spmmTransposed(pattern, values, dense, empty(256, 128), type);
        count(what, access);
        Tensor result = Tensor.empty(DType.FLOAT32, pattern.valuesShape(), CUDA);
        tensorCores.sddmm(pattern, dense, random(256, 128), result, type);
        count(what, access);
      }
    }
    byte[] positions = new byte[128 * 128 / 2];
    for (int i = 0; i < positions.length; i += 2) {
      positions[i] = (byte) (i / 2 % 3);
      positions[i + 1] = 3;
    }
    NmPattern pattern = NmPattern.of(128, 128, new Granularity.NOfM(2, 4), positions);
    for (TensorCoreType type : List.of(TensorCoreType.BFLOAT16, TensorCoreType.FLOAT16)) {
      tensorCores.spmm(
          pattern, random(pattern), random(128, 128), 0, empty(128, 128), Epilogue.NONE, type);
      count("128x128x128", access);
    }
  }
}
