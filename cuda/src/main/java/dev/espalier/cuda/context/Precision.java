package dev.espalier.cuda.context;

import java.util.function.Supplier;

/**
 * The type that products and convolutions of float32 operands round them to before they are
 * multiplied; sums are float32 always. It concerns dense ones, those with a block-sparse matrix or
 * weight whose blocks tensor cores take (8, 16, 32 or 64 rows), and products with a 2:4 matrix in
 * {@link #BF16} and {@link #F16}. Other operations and float64 are not concerned, nor are input
 * gradients of block-sparse convolutions where float32 is faster since it multiplies fewer zeros.
 *
 * <pre>{@code
 * Tensor c = Precision.TF32.get(() -> MatMul.matmul(a, b));
 * }</pre>
 *
 * <p>Without being asked, products are float32. PyTorch: {@code
 * torch.backends.cuda.matmul.allow_tf32} and autocast.
 */
public enum Precision {
  /** No rounding: fused multiply-adds of float32. */
  FLOAT32,
  /** 10 bits of fraction, the exponents of float32. */
  TF32,
  /** 7 bits of fraction, the exponents of float32. */
  BF16,
  /** 10 bits of fraction; operands beyond 65504 become infinite. */
  F16;

  private static final ScopedValue<Precision> CURRENT = ScopedValue.newInstance();

  /** What the calling thread's products are computed in now. */
  public static Precision current() {
    return CURRENT.orElse(FLOAT32);
  }

  /** Runs work whose products are computed in this precision. */
  public void run(Runnable work) {
    ScopedValue.where(CURRENT, this).run(work);
  }

  /** As {@link #run}, with a result. */
  public <T> T get(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }
}
