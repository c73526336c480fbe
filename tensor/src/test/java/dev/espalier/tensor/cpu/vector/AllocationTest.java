package dev.espalier.tensor.cpu.vector;

import static dev.espalier.tensor.cpu.vector.Agreement.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Epilogue;
import dev.espalier.tensor.spi.SgdStep;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a call of a kernel leaves to the garbage collector once it is compiled: at most the few
 * objects that describe the call, whatever its size, and nothing per task, row, tile or element.
 *
 * <p>Before the optimising compiler has got to a loop, every vector in it is an object. How long
 * that takes depends on what else the machine does; so each kernel is called until it keeps the
 * bound, or {@link #PATIENCE} is over.
 */
class AllocationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int CALLS = 100;

  /** A description of operands, output and how the work is cut: objects of some 20 fields each. */
  private static final long DENSE = 1024;

  /** Nothing: its objects are kept for the next call. */
  private static final long SPARSE = 0;

  /** Where its left operand lies. */
  private static final long SAMPLED = 192;

  private static final long SPARSE_CONVOLUTION = 1024;

  /** A loop over ranges and what it captures. */
  private static final long RANGES = 160;

  /** With the tables of a window, a lane each. */
  private static final long POOLING = 768;

  private final Backend backend = new VectorBackend();
  private Scope scope;
  private int threads;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
    threads = Workers.threads();
  }

  @AfterEach
  void closeScope() {
    Workers.setThreads(threads);
    scope.close();
  }

  private static void allocatesAtMost(long bound, String kernel, Runnable call)
      throws ReflectiveOperationException {
    var bytes = new AllocatedBytes();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long measured;
    do {
      measured = bytes.perCall(call, CALLS);
    } while (measured > bound && System.nanoTime() < deadline);
    assertThat(measured).as("bytes per call of %s", kernel).isLessThanOrEqualTo(bound);
  }

  private static Tensor empty(int... dims) {
    return Tensor.zeros(DType.FLOAT32, Shape.of(dims));
  }

  private static CsrPattern pattern(int rows, int columns, double density) {
    var random = new SplittableRandom(rows);
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int nnz = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        if (random.nextDouble() < density) {
          indices[nnz++] = column;
        }
      }
      offsets[row + 1] = nnz;
    }
    return CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, nnz));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void matrixProduct(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    for (int size : new int[] {96, 192}) {
      Tensor a = random(1, size, size);
      Tensor b = random(2, size, size);
      Tensor c = empty(size, size);
      var epilogue = new Epilogue(null, random(3, size), true);
      allocatesAtMost(DENSE, "gemm " + size, () -> backend.gemm(1, a, b, 0, c, epilogue));
      Tensor few = random(4, 8, size);
      Tensor some = empty(8, size);
      Tensor transposed = b.transpose();
      allocatesAtMost(
          DENSE,
          "gemm of few rows " + size,
          () -> backend.gemm(1, few, transposed, 0, some, epilogue));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void convolution(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    convolution(1, 16, 24, 16, 3, ConvSpec.of(1, 1));
    convolution(3, 32, 17, 40, 3, ConvSpec.of(1, 1)); // maps that are multiplied where they lie
    convolution(2, 32, 14, 32, 1, ConvSpec.of(1, 0));
  }

  private void convolution(int batch, int channels, int size, int outputs, int kernel, ConvSpec s)
      throws ReflectiveOperationException {
    Tensor x = random(1, batch, channels, size, size);
    Tensor w = random(2, outputs, channels, kernel, kernel);
    Tensor bias = random(3, outputs);
    Tensor dy = random(4, batch, outputs, s.outHeight(size, kernel), s.outWidth(size, kernel));
    Tensor y = empty(dy.shape().toArray());
    Tensor dx = empty(x.shape().toArray());
    Tensor dw = empty(w.shape().toArray());
    String name = "conv2d %s %s".formatted(x.shape(), w.shape());
    allocatesAtMost(DENSE, name, () -> backend.conv2d(x, w, bias, true, s, y));
    allocatesAtMost(DENSE + 256, name + " dx", () -> backend.conv2dGradInput(dy, w, s, dx));
    allocatesAtMost(DENSE, name + " dw", () -> backend.conv2dGradWeight(x, dy, s, dw));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void sparseProducts(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    var vectors = new Granularity.NOfM(2, 4, 4);
    SparsePattern[] patterns = {
      pattern(96, 128, 0.2),
      new BsrPattern(pattern(24, 32, 0.2), 4, 4),
      new BsrPattern(pattern(6, 128, 0.2), 16, 1),
      Mask.keepLargestPerGroup(random(5, 96, 128), vectors).nm(vectors),
    };
    for (SparsePattern pattern : patterns) {
      Tensor values = random(1, pattern.valuesShape().toArray());
      Tensor dvalues = empty(pattern.valuesShape().toArray());
      var epilogue = new Epilogue(random(3, pattern.rows()), null, true);
      for (int n : new int[] {1, 64, 200}) {
        Tensor b = random(2, pattern.columns(), n);
        Tensor c = empty(pattern.rows(), n);
        String name = "%s times %d columns".formatted(pattern, n);
        allocatesAtMost(SPARSE, name, () -> backend.spmm(pattern, values, b, 0, c, epilogue));
        if (n > 1) {
          Tensor a = random(4, pattern.rows(), n);
          allocatesAtMost(SAMPLED, name + ", sampled", () -> backend.sddmm(pattern, a, b, dvalues));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void packedProducts(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    CsrPattern pattern = pattern(96, 300, 0.5);
    PackedInt8 packed = PackedInt8.of(new Csr(pattern, random(1, pattern.nnz())));
    for (int n : new int[] {1, 64}) {
      Tensor b = random(2, 300, n);
      Tensor c = empty(96, n);
      allocatesAtMost(
          SPARSE,
          "packed times %d columns".formatted(n),
          () -> backend.spmmPacked(packed, b, c, Epilogue.NONE));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void sparseConvolution(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    sparseConvolution(2, 16, 14, 32, 3, 0.1);
    sparseConvolution(3, 16, 20, 64, 3, 0.4); // whose patches are laid out
    sparseConvolution(2, 32, 14, 32, 1, 0.2);
  }

  private void sparseConvolution(
      int batch, int channels, int size, int outputs, int kernel, double density)
      throws ReflectiveOperationException {
    CsrPattern pattern = pattern(outputs, channels * kernel * kernel, density);
    Shape weight = Shape.of(outputs, channels, kernel, kernel);
    ConvSpec s = ConvSpec.of(1, kernel / 2);
    Tensor x = random(1, batch, channels, size, size);
    Tensor values = random(2, pattern.nnz());
    Tensor bias = random(3, outputs);
    Tensor dy = random(4, batch, outputs, size, size);
    Tensor y = empty(dy.shape().toArray());
    Tensor dx = empty(x.shape().toArray());
    Tensor dvalues = empty(pattern.nnz());
    String name = "sparse convolution %s %s".formatted(x.shape(), weight);
    allocatesAtMost(
        SPARSE_CONVOLUTION,
        name,
        () -> backend.sparseConv2d(pattern, values, weight, x, bias, true, s, y));
    allocatesAtMost(
        SPARSE_CONVOLUTION,
        name + " dx",
        () -> backend.sparseConv2dGradInput(pattern, values, weight, dy, s, dx));
    allocatesAtMost(
        SPARSE_CONVOLUTION,
        name + " dvalues",
        () -> backend.sparseConv2dGradWeight(pattern, weight, x, dy, s, dvalues));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void softmaxAndElementwise(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    Tensor x = random(1, 64, 192);
    Tensor y = empty(64, 192);
    Tensor dx = empty(64, 192);
    allocatesAtMost(RANGES, "softmax", () -> backend.softmax(x, false, y));
    allocatesAtMost(RANGES, "softmaxGrad", () -> backend.softmaxGrad(y, x, false, dx));
    allocatesAtMost(RANGES, "axpby", () -> backend.axpby(0.5, x, 0.5, dx));
    allocatesAtMost(1024, "add", () -> backend.binary(BinaryOp.ADD, x, y, dx));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void pooling(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    Tensor x = random(1, 2, 16, 28, 28);
    Tensor y = empty(2, 16, 14, 14);
    Tensor dx = empty(2, 16, 28, 28);
    Tensor indices = Tensor.zeros(DType.INT32, Shape.of(2, 16, 14, 14));
    PoolSpec two = PoolSpec.of(2, 2);
    var padded = new PoolSpec(3, 3, 2, 2, 1, 1);
    allocatesAtMost(POOLING, "maxPool2d", () -> backend.maxPool2d(x, two, y, indices));
    allocatesAtMost(POOLING, "maxPool2dGrad", () -> backend.maxPool2dGrad(y, indices, two, dx));
    allocatesAtMost(POOLING, "padded maxPool2d", () -> backend.maxPool2d(x, padded, y, null));
    allocatesAtMost(POOLING, "avgPool2d", () -> backend.avgPool2d(x, two, y));
    allocatesAtMost(POOLING, "avgPool2dGrad", () -> backend.avgPool2dGrad(y, two, dx));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void optimiserSteps(int threadCount) throws ReflectiveOperationException {
    Workers.setThreads(threadCount);
    Tensor w = random(1, 20_000);
    Tensor grad = random(2, 20_000);
    Tensor first = empty(20_000);
    Tensor second = Tensor.full(DType.FLOAT32, Shape.of(20_000), 1);
    int[] positions = new int[10_000];
    Arrays.setAll(positions, i -> 2 * i);
    var sgd = new SgdStep(1e-6, 0.9, 0, 1e-4, false, false);
    var adam = new AdamStep(1e-6, 0.9, 0.99, 1e-8, 0, false, 3);
    allocatesAtMost(RANGES, "sgdStep", () -> backend.sgdStep(sgd, w, grad, first));
    allocatesAtMost(RANGES, "sgdStepAt", () -> backend.sgdStepAt(positions, sgd, w, grad, first));
    allocatesAtMost(RANGES, "adamStep", () -> backend.adamStep(adam, w, grad, first, second));
    allocatesAtMost(
        RANGES, "adamStepAt", () -> backend.adamStepAt(positions, adam, w, grad, first, second));
  }
}
