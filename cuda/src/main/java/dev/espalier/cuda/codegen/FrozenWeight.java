package dev.espalier.cuda.codegen;

import dev.espalier.tensor.DType;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A sparse weight that does not change any more, with all that its kernel has built in.
 *
 * @param type float32 or float64
 * @param offsets for each row where its stored positions begin, and the end of the last
 * @param places for each stored position the distance in elements of the row of the dense operand
 * @param values of the stored positions
 * @param bias of each row, or null
 * @param relu whether {@code max(0, ·)} follows
 * @param grid which elements of the dense operand's rows are multiplied
 */
record FrozenWeight(
    DType type,
    int[] offsets,
    int[] places,
    double[] values,
    double[] bias,
    boolean relu,
    FrozenGrid grid) {
  /** Straight-line code of more multiplications would not fit any instruction cache. */
  private static final int MOST_VALUES = 1 << 18;

  FrozenWeight {
    if (values.length > MOST_VALUES) {
      throw new IllegalArgumentException(
          "frozen weight: %,d stored values are more than the %,d that are built into code; use the backend's kernels"
              .formatted(values.length, MOST_VALUES));
    }
    long farthest = 0;
    for (int place : places) {
      farthest = Math.max(farthest, place);
    }
    if (farthest * type.bytes() > Integer.MAX_VALUE
        || (offsets.length - 1L) * grid.positions() * type.bytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "frozen weight: an operand's or a result's rows span more than 2^31 - 1 bytes; use the"
              + " backend's kernels");
    }
  }

  int rows() {
    return offsets.length - 1;
  }

  /** SHA-256 of everything that the code depends on. */
  String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, type.ordinal(), relu ? 1 : 0, bias == null ? 0 : 1, rows(), values.length);
      add(digest, grid.positions(), grid.width(), grid.sourceImage(), grid.sourceRow());
      add(digest, offsets);
      add(digest, places);
      add(digest, values);
      if (bias != null) {
        add(digest, bias);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void add(MessageDigest digest, int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    bytes.asIntBuffer().put(numbers);
    digest.update(bytes);
  }

  private static void add(MessageDigest digest, double... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Double.BYTES);
    for (double number : numbers) {
      bytes.putLong(Double.doubleToRawLongBits(number));
    }
    digest.update(bytes.flip());
  }
}
