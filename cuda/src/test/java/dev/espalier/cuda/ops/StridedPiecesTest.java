package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StridedPiecesTest {
  @Test
  void axesThatAreOneRunInEveryOperandAreMerged() {
    var both = StridedPieces.of(new int[] {2, 3, 4}, new long[] {12, 4, 1}, new long[] {12, 4, 1});
    assertThat(both.axes()).hasSize(1);
    assertThat(both.axes().getFirst().extent()).isEqualTo(24);
    var one = StridedPieces.of(new int[] {2, 3, 4}, new long[] {12, 4, 1}, new long[] {0, 4, 1});
    assertThat(one.axes()).hasSize(2);
    assertThat(one.axes().getFirst().extent()).isEqualTo(12);
    assertThat(one.axes().getLast().strides()).containsExactly(12, 0);
  }

  @Test
  void extentsOfOneDisappearAndAScalarIsARunOfOne() {
    var row = StridedPieces.of(new int[] {1, 5, 1}, new long[] {99, 2, 7});
    assertThat(row.axes()).hasSize(1);
    assertThat(row.axes().getFirst().strides()).containsExactly(2);
    var scalar = StridedPieces.of(new int[] {1, 1}, new long[] {3, 3});
    assertThat(scalar.elements()).isEqualTo(1);
    assertThat(scalar.axes().getFirst().strides()).containsExactly(1);
  }

  @Test
  void noElementsMakeNoPiece() {
    List<Integer> seen = new ArrayList<>();
    StridedPieces.of(new int[] {3, 0, 2}, new long[] {0, 2, 1}).forEach((_, n, _) -> seen.add(n));
    assertThat(seen).isEmpty();
  }

  @Test
  void moreThanSixAxesAreWalkedOneByOne() {
    int[] dims = {2, 2, 2, 2, 2, 2, 2, 2};
    long[] gaps = new long[8];
    long[] dense = new long[8];
    for (int axis = 0; axis < 8; axis++) {
      gaps[axis] = (long) Math.pow(3, 7 - axis);
      dense[axis] = 1L << (7 - axis);
    }
    List<Long> starts = new ArrayList<>();
    StridedPieces.of(dims, gaps, dense)
        .forEach(
            (piece, n, at) -> {
              assertThat(piece.axes()).hasSize(6);
              assertThat(n).isEqualTo(64);
              starts.add(at[0]);
              starts.add(at[1]);
            });
    assertThat(starts).containsExactly(0L, 0L, 729L, 64L, 2187L, 128L, 2916L, 192L);
  }

  @Test
  void moreThanAKernelCountsAreCutAlongTheOutermostAxis() {
    List<Long> starts = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    StridedPieces.of(new int[] {5, 1 << 29}, new long[] {1L << 30, 1})
        .forEach(
            (_, n, at) -> {
              sizes.add(n);
              starts.add(at[0]);
            });
    assertThat(sizes).containsExactly(1 << 30, 1 << 30, 1 << 29);
    assertThat(starts).containsExactly(0L, 1L << 31, 1L << 32);
  }

  @Test
  void aLongRunIsCut() {
    List<Integer> sizes = new ArrayList<>();
    StridedPieces.of(new int[] {3, 1 << 30}, new long[] {1L << 30, 1})
        .forEach((_, n, _) -> sizes.add(n));
    assertThat(sizes).containsExactly(1 << 30, 1 << 30, 1 << 30);
  }

  @Test
  void theStructHoldsDivisorsAndStrides() {
    ByteBuffer struct =
        StridedPieces.of(new int[] {7, 3}, new long[] {1, 7})
            .build()
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(struct.remaining()).isEqualTo(80 + 6 * 8);
    assertThat(struct.getInt(0)).isEqualTo(2);
    assertThat(struct.getInt(4)).isEqualTo(3);
    assertThat(struct.getInt(16)).isEqualTo(7);
    assertThat(struct.getLong(80)).isEqualTo(7);
    assertThat(struct.getLong(88)).isEqualTo(1);
    for (int axis = 0; axis < 2; axis++) {
      for (int n : new int[] {0, 1, 2, 3, 6, 7, 20, 1 << 20, Integer.MAX_VALUE}) {
        long magic = struct.getInt(8 + 12 * axis) & 0xffffffffL;
        long quotient = ((n * magic >>> 32) + n) >>> struct.getInt(12 + 12 * axis);
        assertThat(quotient).isEqualTo(n / struct.getInt(4 + 12 * axis));
      }
    }
  }
}
