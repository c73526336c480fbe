package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {
  private static int[] block(long key, long high, long low) {
    int[] out = new int[6];
    Philox.block(key, high, low, out, 1);
    assertThat(out[0]).isZero();
    assertThat(out[5]).isZero();
    return new int[] {out[1], out[2], out[3], out[4]};
  }

  // the known answers that the authors publish with their Random123 library (kat_vectors)

  @Test
  void knownAnswerForZeroCounterAndKey() {
    assertThat(block(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  }

  @Test
  void knownAnswerForAllOnes() {
    assertThat(block(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
  }

  @Test
  void knownAnswerForDigitsOfPi() {
    assertThat(block(0x299f31d0_a4093822L, 0x03707344_13198a2eL, 0x85a308d3_243f6a88L))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void unitIntervalIsHalfOpen() {
    assertThat(Philox.toFloat(0)).isZero();
    assertThat(Philox.toFloat(-1)).isEqualTo(1 - 0x1p-24f);
    assertThat(Philox.toDouble(0, 0)).isZero();
    assertThat(Philox.toDouble(-1, -1)).isEqualTo(1 - 0x1p-53);
    assertThat(Philox.toDouble(1 << 31, 0)).isEqualTo(0.5);
  }
}
