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
import dev.espalier.cuda.memory.OrderedStream;
import dev.espalier.tensor.DType;
import java.util.IdentityHashMap;
import java.util.Map;
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

  /** A stream's handle and what it was given. */
  private record Session(cublasHandle handle, DevicePointer workspace, ScalarPair scalars) {}

  private final JCudaDriver driver;
  private final Map<JCudaStream, Session> sessions = new IdentityHashMap<>();
  private final int version;

  JCublasLibrary(JCudaDriver driver) {
    this.driver = driver;
    JCublas2.setExceptionsEnabled(false);
    driver.context().enter();
    var handle = new cublasHandle();
    check(JCublas2.cublasCreate(handle), "cublasCreate");
    int[] number = new int[1];
    check(JCublas2.cublasGetVersion(handle, number), "cublasGetVersion");
    version = number[0];
    check(JCublas2.cublasDestroy(handle), "cublasDestroy");
  }

  @Override
  public String name() {
    return "cuBLAS %d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100);
  }

  @Override
  public void gemm(DenseProduct product, OrderedStream stream) {
    stream.issue(commands -> gemm(product, (JCudaStream) commands));
  }

  private synchronized void gemm(DenseProduct product, JCudaStream stream) {
    driver.context().enter();
    Session session = sessions.computeIfAbsent(stream, this::open);
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

  private Session open(JCudaStream stream) {
    var handle = new cublasHandle();
    check(JCublas2.cublasCreate(handle), "cublasCreate");
    DevicePointer workspace = driver.allocate(WORKSPACE_BYTES);
    check(JCublas2.cublasSetStream(handle, stream.asRuntimeStream()), "cublasSetStream");
    check(
        JCublas2.cublasSetWorkspace(handle, Addresses.of(workspace), WORKSPACE_BYTES),
        "cublasSetWorkspace");
    return new Session(handle, workspace, new ScalarPair());
  }

  private static void check(int status, String operation) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new DriverException(operation, cublasStatus.stringFor(status));
    }
  }

  synchronized void close() {
    driver.context().enter();
    for (Session session : sessions.values()) {
      JCublas2.cublasDestroy(session.handle);
      driver.free(session.workspace);
      session.scalars.close();
    }
    sessions.clear();
  }
}
