package dev.espalier.tensor.cpu.vector;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this process and what follows from it.
 *
 * <p>The system property {@code espalier.vector.bits} (128, 256 or 512) overrides the machine's
 * preferred width, so that one machine can test several.
 */
final class Lanes {
  static final VectorShape SHAPE = shape(System.getProperty("espalier.vector.bits"));
  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);

  /** Floats per vector. */
  static final int COUNT = FLOATS.length();

  /** Bytes per vector. */
  static final long BYTES = SHAPE.vectorBitSize() / Byte.SIZE;

  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  // Each rotates by half of what the previous one did; unused ones (narrow vectors) stay rotations.
  private static final VectorShuffle<Float> ROTATE_8 = rotate(8);
  private static final VectorShuffle<Float> ROTATE_4 = rotate(4);
  private static final VectorShuffle<Float> ROTATE_2 = rotate(2);
  private static final VectorShuffle<Float> ROTATE_1 = rotate(1);

  private Lanes() {}

  private static VectorShape shape(String bits) {
    if (bits == null) {
      int preferred = VectorShape.preferredShape().vectorBitSize();
      return VectorShape.forBitSize(Math.clamp(preferred, 128, 512));
    }
    return switch (bits.strip()) {
      case "128" -> VectorShape.S_128_BIT;
      case "256" -> VectorShape.S_256_BIT;
      case "512" -> VectorShape.S_512_BIT;
      default ->
          throw new IllegalArgumentException(
              "espalier.vector.bits: '%s' is not a vector width; use 128, 256 or 512"
                  .formatted(bits));
    };
  }

  private static VectorShuffle<Float> rotate(int lanes) {
    return VectorShuffle.iota(FLOATS, lanes % COUNT, 1, true);
  }

  /**
   * The sum of all lanes, added as a balanced tree.
   *
   * <p>{@code reduceLanes(ADD)} leaves the order of its additions open, and the interpreter and the
   * compiler choose different ones: the same program would not give the same bits.
   */
  static float sum(FloatVector v) {
    assert COUNT <= 16;
    FloatVector folded = v;
    if (COUNT > 8) {
      folded = folded.add(folded.rearrange(ROTATE_8));
    }
    if (COUNT > 4) {
      folded = folded.add(folded.rearrange(ROTATE_4));
    }
    folded = folded.add(folded.rearrange(ROTATE_2));
    return folded.add(folded.rearrange(ROTATE_1)).lane(0);
  }
}
