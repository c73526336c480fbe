package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.cuda.memory.OrderedStream;
import dev.espalier.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import jcuda.Pointer;
import jcuda.jcusparse.JCusparse;
import jcuda.jcusparse.cusparseDnMatDescr;
import jcuda.jcusparse.cusparseHandle;
import jcuda.jcusparse.cusparseSpMatDescr;
import jcuda.jcusparse.cusparseStatus;

/** What one prepared product of cuSPARSE holds: a handle, descriptors, scalars, a workspace. */
final class SparseCall {
  private final JCudaDriver driver;
  private final DeviceAllocator allocator;
  private final OrderedStream stream;
  private final String operation;
  private final int computeType;
  private final cusparseHandle handle = new cusparseHandle();
  private final ScalarPair scalars = new ScalarPair();
  private final List<Runnable> releases = new ArrayList<>();
  private DeviceBuffer workspace;
  private DevicePointer address;

  /**
   * Opens a handle for a stream.
   *
   * @param result the type of the product; sums of 16-bit types are float32
   */
  SparseCall(
      JCudaDriver driver,
      DeviceAllocator allocator,
      OrderedStream stream,
      String operation,
      DType result) {
    this.driver = driver;
    this.allocator = allocator;
    this.stream = stream;
    this.operation = operation;
    computeType = DataTypes.of(result == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32, operation);
    scalars.set(result, 1, 0);
    check(JCusparse.cusparseCreate(handle), "cusparseCreate");
    stream.issue(
        commands ->
            check(
                JCusparse.cusparseSetStream(handle, ((JCudaStream) commands).asRuntimeStream()),
                "cusparseSetStream"));
  }

  cusparseSpMatDescr own(cusparseSpMatDescr matrix) {
    releases.add(() -> JCusparse.cusparseDestroySpMat(matrix.asConst()));
    return matrix;
  }

  cusparseDnMatDescr own(cusparseDnMatDescr matrix) {
    releases.add(() -> JCusparse.cusparseDestroyDnMat(matrix.asConst()));
    return matrix;
  }

  void reserve(long bytes) {
    workspace = allocator.allocate(bytes, "the workspace of " + operation, stream);
    address = workspace.use(stream);
  }

  cusparseHandle handle() {
    return handle;
  }

  Pointer workspace() {
    return Addresses.of(address);
  }

  Pointer one() {
    return scalars.alpha();
  }

  Pointer zero() {
    return scalars.beta();
  }

  int computeType() {
    return computeType;
  }

  /** Makes a call that issues work. */
  void issue(IntSupplier call) {
    driver.context().enter();
    allocator.inTurn(
        () -> {
          workspace.use(stream);
          stream.issue(_ -> check(call.getAsInt()));
        });
  }

  void check(int status) {
    check(status, operation);
  }

  static void check(int status, String operation) {
    if (status != cusparseStatus.CUSPARSE_STATUS_SUCCESS) {
      throw new DriverException(operation, cusparseStatus.stringFor(status));
    }
  }

  void close() {
    driver.context().enter();
    releases.forEach(Runnable::run);
    releases.clear();
    JCusparse.cusparseDestroy(handle);
    if (workspace != null) {
      workspace.close(); // whoever gets it waits for what was issued
    }
    scalars.close();
  }
}
