package dev.espalier.tensor.spi;

import dev.espalier.tensor.Tensor;

/**
 * What a product kernel does to each finished output element: add a bias, then clamp at zero.
 *
 * @param rowBias one value per output row, or null
 * @param columnBias one value per output column, or null
 * @param relu whether {@code max(0, ·)} follows
 */
public record Epilogue(Tensor rowBias, Tensor columnBias, boolean relu) {
  /** Nothing. */
  public static final Epilogue NONE = new Epilogue(null, null, false);
}
