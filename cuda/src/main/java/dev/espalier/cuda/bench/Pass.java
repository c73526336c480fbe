package dev.espalier.cuda.bench;

/** Which of a layer's three products. */
enum Pass {
  /** {@code y = W x}. */
  FORWARD,
  /** {@code dx = Wᵀ dy}. */
  DX,
  /** {@code dW = dy xᵀ}, at the stored positions. */
  DW;

  String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
