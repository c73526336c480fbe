package dev.espalier.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StridedLoopTest {
  private static List<String> rows(StridedLoop loop, int limit) {
    List<String> rows = new ArrayList<>();
    loop.forEachRow(limit, (starts, n) -> rows.add(starts[0] + "+" + n));
    return rows;
  }

  @Test
  void contiguousAxesBecomeOneRow() {
    StridedLoop loop = StridedLoop.over(new int[] {2, 3, 4}, new long[] {12, 4, 1});
    assertThat(rows(loop, 100)).containsExactly("0+24");
    assertThat(rows(loop, 10)).containsExactly("0+10", "10+10", "20+4");
    assertThat(loop.innerStride(0)).isEqualTo(1);
  }

  @Test
  void axesThatOneOperandStridesStayApart() {
    StridedLoop loop = StridedLoop.over(new int[] {2, 3}, new long[] {3, 1}, new long[] {1, 2});
    List<long[]> starts = new ArrayList<>();
    loop.forEachRow(100, (at, n) -> starts.add(new long[] {at[0], at[1], n}));
    assertThat(starts).containsExactly(new long[] {0, 0, 3}, new long[] {3, 1, 3});
    assertThat(loop.innerStride(1)).isEqualTo(2);
  }

  @Test
  void rowsComeInRowMajorOrder() {
    StridedLoop loop = StridedLoop.over(new int[] {2, 2, 2, 3}, new long[] {100, 30, 10, 1});
    assertThat(rows(loop, 100))
        .containsExactly("0+3", "10+3", "30+3", "40+3", "100+3", "110+3", "130+3", "140+3");
  }

  @Test
  void axesOfExtentOneDoNotCount() {
    StridedLoop loop = StridedLoop.over(new int[] {2, 1, 3}, new long[] {3, 77, 1});
    assertThat(rows(loop, 100)).containsExactly("0+6");
  }

  @Test
  void expandedAxesRepeat() {
    StridedLoop loop = StridedLoop.over(new int[] {2, 3}, new long[] {0, 1});
    assertThat(rows(loop, 100)).containsExactly("0+3", "0+3");
    StridedLoop all = StridedLoop.over(new int[] {2, 3}, new long[] {0, 0});
    assertThat(rows(all, 100)).containsExactly("0+6");
    assertThat(all.innerStride(0)).isZero();
  }

  @Test
  void scalarsAreOneElementAndEmptyShapesNone() {
    assertThat(rows(StridedLoop.over(new int[0], new long[0]), 9)).containsExactly("0+1");
    assertThat(rows(StridedLoop.over(new int[] {1, 1}, new long[] {5, 7}), 9))
        .containsExactly("0+1");
    assertThat(rows(StridedLoop.over(new int[] {3, 0}, new long[] {1, 1}), 9)).isEmpty();
  }

  @Test
  void anyTwoPartsOfTheLoopMakeTheWhole() {
    StridedLoop loop = StridedLoop.over(new int[] {2, 3, 7}, new long[] {100, 10, 1});
    List<String> whole = rows(loop, 3);
    assertThat(loop.pieces(3)).isEqualTo(18).isEqualTo(whole.size());
    for (int cut = 0; cut <= 18; cut++) {
      List<String> parts = new ArrayList<>();
      loop.forEachPiece(0, cut, 3, (starts, n) -> parts.add(starts[0] + "+" + n));
      loop.forEachPiece(cut, 18, 3, (starts, n) -> parts.add(starts[0] + "+" + n));
      assertThat(parts).isEqualTo(whole);
    }
  }
}
