package dev.espalier.cuda.jcuda;

import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16BF;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16F;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_64F;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.library.DenseLibrary;
import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.DenseProduct;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.OrderedStream;
import dev.espalier.tensor.DType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;

/**
 * cuBLAS through JCublas.
 *
 * <p>Every stream has a handle with a workspace of its own: so threads do not meet, a product can
 * be captured, and it gives the same bits again, which cuBLAS promises only then.
 */
final class JCublasLibrary implements DenseLibrary {
  /** What NVIDIA recommends for compute capability 9.0; elsewhere less would do. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  /** A stream's handle and the numbers that its calls read. */
  private record Session(cublasHandle handle, ScalarPair scalars) {
    Session() {
      var created = new cublasHandle();
      check(JCublas2.cublasCreate(created), "cublasCreate");
      this(created, new ScalarPair());
    }

    void close() {
      JCublas2.cublasDestroy(handle);
      scalars.close();
    }
  }

  private final JCudaDriver driver;
  private final StreamSessions<Session> sessions;
  private final int version;

  JCublasLibrary(JCudaDriver driver, DeviceAllocator allocator) {
    this.driver = driver;
    sessions = new StreamSessions<>(allocator, WORKSPACE_BYTES, "cuBLAS");
    JCublas2.setExceptionsEnabled(false);
    driver.context().enter();
    var session = new Session();
    try {
      int[] number = new int[1];
      check(JCublas2.cublasGetVersion(session.handle, number), "cublasGetVersion");
      version = number[0];
    } finally {
      session.close();
    }
  }

  @Override
  public String name() {
    return "cuBLAS %d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100);
  }

  @Override
  public void gemm(DenseProduct product, OrderedStream stream) {
    driver.context().enter();
    sessions.issue(stream, JCublasLibrary::open, session -> gemm(product, session));
  }

  private static void gemm(DenseProduct product, Session session) {
    var swapped = ColumnMajorProduct.of(product);
    DenseOperand first = swapped.first();
    DenseOperand second = swapped.second();
    DenseOperand c = product.c();
    session.scalars.set(c.type(), product.alpha(), product.beta());
    check(
        JCublas2.cublasGemmStridedBatchedEx_new(
            session.handle,
            operation(first),
            operation(second),
            swapped.m(),
            swapped.n(),
            swapped.k(),
            session.scalars.alpha(),
            Addresses.of(first.pointer()),
            DataTypes.of(first.type(), "gemm"),
            leading(first),
            first.layer(),
            Addresses.of(second.pointer()),
            DataTypes.of(second.type(), "gemm"),
            leading(second),
            second.layer(),
            session.scalars.beta(),
            Addresses.of(c.pointer()),
            DataTypes.of(c.type(), "gemm"),
            leading(c),
            c.layer(),
            product.batch(),
            computeType(product),
            cublasGemmAlgo.CUBLAS_GEMM_DEFAULT),
        "cublasGemmStridedBatchedEx of %d x %d x %d, %s, batch %d"
            .formatted(product.m(), product.n(), product.k(), c.type(), product.batch()));
  }

  private static int operation(DenseOperand operand) {
    return operand.transposed() ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
  }

  private static int leading(DenseOperand operand) {
    return Math.toIntExact(operand.leading());
  }

  static int computeType(DenseProduct product) {
    if (product.c().type() == DType.FLOAT64) {
      return CUBLAS_COMPUTE_64F;
    }
    return switch (product.arithmetic()) {
      case FLOAT32 -> CUBLAS_COMPUTE_32F;
      case TF32 -> CUBLAS_COMPUTE_32F_FAST_TF32;
      case BF16 -> CUBLAS_COMPUTE_32F_FAST_16BF;
      case F16 -> CUBLAS_COMPUTE_32F_FAST_16F;
    };
  }

  private static Session open(OrderedStream stream, DevicePointer workspace) {
    var session = new Session();
    try {
      stream.issue(
          commands ->
              check(
                  JCublas2.cublasSetStream(
                      session.handle, ((JCudaStream) commands).asRuntimeStream()),
                  "cublasSetStream"));
      check(
          JCublas2.cublasSetWorkspace(session.handle, Addresses.of(workspace), WORKSPACE_BYTES),
          "cublasSetWorkspace");
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
    return session;
  }

  private static void check(int status, String operation) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new DriverException(operation, cublasStatus.stringFor(status));
    }
  }

  void close() {
    driver.context().enter();
    sessions.handles().forEach(Session::close);
    sessions.close();
  }
}
