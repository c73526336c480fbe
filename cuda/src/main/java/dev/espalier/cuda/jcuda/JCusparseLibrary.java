package dev.espalier.cuda.jcuda;

import static jcuda.jcusparse.cusparseIndexBase.CUSPARSE_INDEX_BASE_ZERO;
import static jcuda.jcusparse.cusparseIndexType.CUSPARSE_INDEX_32I;
import static jcuda.jcusparse.cusparseOperation.CUSPARSE_OPERATION_NON_TRANSPOSE;
import static jcuda.jcusparse.cusparseOperation.CUSPARSE_OPERATION_TRANSPOSE;
import static jcuda.jcusparse.cusparseSDDMMAlg.CUSPARSE_SDDMM_ALG_DEFAULT;
import static jcuda.jcusparse.cusparseSpMMAlg.CUSPARSE_SPMM_BLOCKED_ELL_ALG1;
import static jcuda.jcusparse.cusparseSpMMAlg.CUSPARSE_SPMM_CSR_ALG2;

import dev.espalier.cuda.library.BlockedEllOperand;
import dev.espalier.cuda.library.CsrOperand;
import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.SparseLibrary;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.OrderedStream;
import jcuda.jcusparse.JCusparse;
import jcuda.jcusparse.cusparseDnMatDescr;
import jcuda.jcusparse.cusparseHandle;
import jcuda.jcusparse.cusparseOrder;
import jcuda.jcusparse.cusparseSpMatDescr;

/** cuSPARSE through JCusparse. */
final class JCusparseLibrary implements SparseLibrary {
  private final JCudaDriver driver;
  private final DeviceAllocator allocator;
  private final int version;

  JCusparseLibrary(JCudaDriver driver, DeviceAllocator allocator) {
    this.driver = driver;
    this.allocator = allocator;
    JCusparse.setExceptionsEnabled(false);
    driver.context().enter();
    var handle = new cusparseHandle();
    SparseCall.check(JCusparse.cusparseCreate(handle), "cusparseCreate");
    try {
      int[] number = new int[1];
      SparseCall.check(JCusparse.cusparseGetVersion(handle, number), "cusparseGetVersion");
      version = number[0];
    } finally {
      JCusparse.cusparseDestroy(handle);
    }
  }

  @Override
  public String name() {
    return "cuSPARSE %d.%d.%d".formatted(version / 1000, version / 100 % 10, version % 100);
  }

  @Override
  public PreparedProduct spmm(
      CsrOperand a, DenseOperand b, DenseOperand c, int n, OrderedStream stream) {
    driver.context().enter();
    var call = new SparseCall(driver, allocator, stream, "cusparseSpMM", c.type());
    try {
      cusparseSpMatDescr matrix = call.own(csr(a));
      cusparseDnMatDescr right = call.own(dense(b, a.columns(), n));
      cusparseDnMatDescr result = call.own(dense(c, a.rows(), n));
      return new SpmmCall(call, matrix, operation(b), right, result, CUSPARSE_SPMM_CSR_ALG2);
    } catch (RuntimeException e) {
      call.close();
      throw e;
    }
  }

  @Override
  public PreparedProduct spmm(
      BlockedEllOperand a, DenseOperand b, DenseOperand c, int n, OrderedStream stream) {
    driver.context().enter();
    var call = new SparseCall(driver, allocator, stream, "cusparseSpMM of blocked ELL", c.type());
    try {
      cusparseSpMatDescr matrix = call.own(blockedEll(a));
      cusparseDnMatDescr right = call.own(dense(b, a.columns(), n));
      cusparseDnMatDescr result = call.own(dense(c, a.rows(), n));
      return new SpmmCall(
          call, matrix, operation(b), right, result, CUSPARSE_SPMM_BLOCKED_ELL_ALG1);
    } catch (RuntimeException e) {
      call.close();
      throw e;
    }
  }

  @Override
  public PreparedProduct sddmm(
      DenseOperand a, DenseOperand b, CsrOperand out, int n, OrderedStream stream) {
    driver.context().enter();
    var call = new SparseCall(driver, allocator, stream, "cusparseSDDMM", out.type());
    try {
      cusparseDnMatDescr left = call.own(dense(a, out.rows(), n));
      cusparseDnMatDescr right = call.own(dense(b, out.columns(), n));
      cusparseSpMatDescr result = call.own(csr(out));
      return new SddmmCall(call, operation(a), left, flipped(b), right, result);
    } catch (RuntimeException e) {
      call.close();
      throw e;
    }
  }

  private static cusparseSpMatDescr csr(CsrOperand a) {
    var matrix = new cusparseSpMatDescr();
    SparseCall.check(
        JCusparse.cusparseCreateCsr(
            matrix,
            a.rows(),
            a.columns(),
            a.nnz(),
            Addresses.of(a.rowStarts()),
            Addresses.of(a.columnIndices()),
            Addresses.of(a.values()),
            CUSPARSE_INDEX_32I,
            CUSPARSE_INDEX_32I,
            CUSPARSE_INDEX_BASE_ZERO,
            DataTypes.of(a.type(), "cusparseCreateCsr")),
        "cusparseCreateCsr of %d x %d with %d values".formatted(a.rows(), a.columns(), a.nnz()));
    return matrix;
  }

  private static cusparseSpMatDescr blockedEll(BlockedEllOperand a) {
    var matrix = new cusparseSpMatDescr();
    SparseCall.check(
        JCusparse.cusparseCreateBlockedEll(
            matrix,
            a.rows(),
            a.columns(),
            a.block(),
            (long) a.blocksPerRow() * a.block(),
            Addresses.of(a.blockColumns()),
            Addresses.of(a.values()),
            CUSPARSE_INDEX_32I,
            CUSPARSE_INDEX_BASE_ZERO,
            DataTypes.of(a.type(), "cusparseCreateBlockedEll")),
        "cusparseCreateBlockedEll of %d x %d in blocks of %d"
            .formatted(a.rows(), a.columns(), a.block()));
    return matrix;
  }

  /** A transposed operand is described as the row-major matrix that its memory holds. */
  private static cusparseDnMatDescr dense(DenseOperand operand, long rows, long columns) {
    var matrix = new cusparseDnMatDescr();
    boolean t = operand.transposed();
    SparseCall.check(
        JCusparse.cusparseCreateDnMat(
            matrix,
            t ? columns : rows,
            t ? rows : columns,
            operand.leading(),
            Addresses.of(operand.pointer()),
            DataTypes.of(operand.type(), "cusparseCreateDnMat"),
            cusparseOrder.CUSPARSE_ORDER_ROW),
        "cusparseCreateDnMat of %d x %d".formatted(rows, columns));
    return matrix;
  }

  private static int operation(DenseOperand operand) {
    return operand.transposed() ? CUSPARSE_OPERATION_TRANSPOSE : CUSPARSE_OPERATION_NON_TRANSPOSE;
  }

  private static int flipped(DenseOperand operand) {
    return operand.transposed() ? CUSPARSE_OPERATION_NON_TRANSPOSE : CUSPARSE_OPERATION_TRANSPOSE;
  }

  /** {@code c = a b}, prepared. */
  private record SpmmCall(
      SparseCall call,
      cusparseSpMatDescr matrix,
      int operation,
      cusparseDnMatDescr right,
      cusparseDnMatDescr result,
      int algorithm)
      implements PreparedProduct {
    SpmmCall {
      long[] bytes = new long[1];
      call.check(
          JCusparse.cusparseSpMM_bufferSize(
              call.handle(),
              CUSPARSE_OPERATION_NON_TRANSPOSE,
              operation,
              call.one(),
              matrix.asConst(),
              right.asConst(),
              call.zero(),
              result,
              call.computeType(),
              algorithm,
              bytes));
      call.reserve(bytes[0]);
      call.check(
          JCusparse.cusparseSpMM_preprocess(
              call.handle(),
              CUSPARSE_OPERATION_NON_TRANSPOSE,
              operation,
              call.one(),
              matrix.asConst(),
              right.asConst(),
              call.zero(),
              result,
              call.computeType(),
              algorithm,
              call.workspace()));
    }

    @Override
    public void run() {
      call.issue(
          () ->
              JCusparse.cusparseSpMM(
                  call.handle(),
                  CUSPARSE_OPERATION_NON_TRANSPOSE,
                  operation,
                  call.one(),
                  matrix.asConst(),
                  right.asConst(),
                  call.zero(),
                  result,
                  call.computeType(),
                  algorithm,
                  call.workspace()));
    }

    @Override
    public void close() {
      call.close();
    }
  }

  /** {@code out = a bᵀ} at the stored positions, prepared. */
  private record SddmmCall(
      SparseCall call,
      int leftOperation,
      cusparseDnMatDescr left,
      int rightOperation,
      cusparseDnMatDescr right,
      cusparseSpMatDescr result)
      implements PreparedProduct {
    SddmmCall {
      long[] bytes = new long[1];
      call.check(
          JCusparse.cusparseSDDMM_bufferSize(
              call.handle(),
              leftOperation,
              rightOperation,
              call.one(),
              left.asConst(),
              right.asConst(),
              call.zero(),
              result,
              call.computeType(),
              CUSPARSE_SDDMM_ALG_DEFAULT,
              bytes));
      call.reserve(bytes[0]);
      call.check(
          JCusparse.cusparseSDDMM_preprocess(
              call.handle(),
              leftOperation,
              rightOperation,
              call.one(),
              left.asConst(),
              right.asConst(),
              call.zero(),
              result,
              call.computeType(),
              CUSPARSE_SDDMM_ALG_DEFAULT,
              call.workspace()));
    }

    @Override
    public void run() {
      call.issue(
          () ->
              JCusparse.cusparseSDDMM(
                  call.handle(),
                  leftOperation,
                  rightOperation,
                  call.one(),
                  left.asConst(),
                  right.asConst(),
                  call.zero(),
                  result,
                  call.computeType(),
                  CUSPARSE_SDDMM_ALG_DEFAULT,
                  call.workspace()));
    }

    @Override
    public void close() {
      call.close();
    }
  }

  void close() {
    // every prepared product has a handle of its own
  }
}
