package dev.espalier.tensor;

import java.util.Arrays;

/**
 * The element types of a {@link Tensor}.
 *
 * <p>{@code FLOAT32} is the working type, {@code FLOAT64} the type of gradient checks; {@code
 * BFLOAT16} and {@code FLOAT16} are storage types that arithmetic widens first; integers hold
 * indices, labels, image bytes and quantised values; {@code BOOL} is one byte, 0 or 1.
 *
 * <p>PyTorch: {@code torch.dtype}.
 */
public enum DType {
  FLOAT32("float32", 4, true),
  FLOAT64("float64", 8, true),
  BFLOAT16("bfloat16", 2, true),
  FLOAT16("float16", 2, true),
  UINT8("uint8", 1, false),
  INT8("int8", 1, false),
  INT32("int32", 4, false),
  INT64("int64", 8, false),
  BOOL("bool", 1, false);

  private final String label;
  private final int bytes;
  private final boolean floating;

  DType(String label, int bytes, boolean floating) {
    this.label = label;
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether the type is a floating-point type. */
  public boolean isFloating() {
    return floating;
  }

  /** Whether kernels compute in this type (float32, float64); other types are storage only. */
  public boolean isCompute() {
    return this == FLOAT32 || this == FLOAT64;
  }

  /** The NumPy-like name, such as {@code float32}. */
  public String label() {
    return label;
  }

  /** Finds a type by its {@link #label()}. */
  public static DType ofLabel(String label) {
    for (DType type : values()) {
      if (type.label.equals(label)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "dtype: unknown name '"
            + label
            + "'; known names are "
            + Arrays.stream(values()).map(DType::label).toList());
  }

  @Override
  public String toString() {
    return label;
  }
}
