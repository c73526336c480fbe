package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;

/** The dense matrix product. */
public final class Gemm {
  private final DeviceContext context;

  /** The operations on one device. */
  public Gemm(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#gemm}. */
  public void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    throw new UnsupportedOperationException(context.device() + ": gemm has no kernel yet");
  }
}
