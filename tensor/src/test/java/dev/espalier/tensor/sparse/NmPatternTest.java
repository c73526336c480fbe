package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity.NOfM;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NmPattern and Nm. */
class NmPatternTest {
  private static final NOfM OWN = new NOfM(2, 4);
  private static final NOfM SHARED = new NOfM(2, 4, 2);

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void everyRowMayHavePositionsOfItsOwn() {
    // . a . b | c . . d
    // e f . . | . . g h
    NmPattern pattern =
        NmPattern.of(
            2, 8, OWN, (byte) 1, (byte) 3, (byte) 0, (byte) 3, (byte) 0, (byte) 1, (byte) 2,
            (byte) 3);
    assertThat(pattern.valuesShape()).isEqualTo(Shape.of(2, 2, 2, 1));
    assertThat(pattern.nnz()).isEqualTo(8);
    assertThat(pattern.density()).isEqualTo(0.5);
    assertThat(pattern.flatPositions()).containsExactly(1, 3, 4, 7, 8, 9, 14, 15);
    assertThat(pattern.elements())
        .isEqualTo(CsrPattern.of(2, 8, new int[] {0, 4, 8}, new int[] {1, 3, 4, 7, 0, 1, 6, 7}))
        .isSameAs(pattern.elements());
    assertThat(pattern.elementOrder()).isNull();
    assertThat(pattern.transpose())
        .isEqualTo(
            CsrPattern.of(
                8, 2, new int[] {0, 1, 3, 3, 4, 5, 5, 6, 8}, new int[] {1, 0, 1, 0, 0, 1, 0, 1}));
    assertThat(pattern.transposePermutation()).containsExactly(4, 0, 5, 1, 2, 6, 3, 7);
    assertThat(pattern.transposedFlatPositions()).containsExactly(8, 1, 9, 3, 4, 14, 7, 15);
  }

  @Test
  void rowsThatShareTheirPositionsHaveTheirValuesSideBySide() {
    // . a . c | e . . g
    // . b . d | f . . h
    NmPattern pattern = NmPattern.of(2, 8, SHARED, (byte) 1, (byte) 3, (byte) 0, (byte) 3);
    assertThat(pattern.valuesShape()).isEqualTo(Shape.of(1, 2, 2, 2));
    assertThat(pattern.shared())
        .isEqualTo(CsrPattern.of(1, 8, new int[] {0, 4}, new int[] {1, 3, 4, 7}));
    assertThat(pattern.flatPositions()).containsExactly(1, 9, 3, 11, 4, 12, 7, 15);
    assertThat(pattern.elementOrder()).containsExactly(0, 2, 4, 6, 1, 3, 5, 7);
    assertThat(pattern.transpose().rows()).isEqualTo(8);
    assertThat(pattern.transpose().columnIndices()).containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
    assertThat(pattern.transposePermutation()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    Nm nm = new Nm(pattern, Tensor.of(pattern.valuesShape(), 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f));
    assertThat(nm.dense().toFloatArray())
        .containsExactly(0, 1, 0, 3, 5, 0, 0, 7, 0, 2, 0, 4, 6, 0, 0, 8);
    assertThat(nm.toCsr().values().toFloatArray()).containsExactly(1, 3, 5, 7, 2, 4, 6, 8);
    assertThat(nm.transpose().values().toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void whatKeepsLessStoresZerosAtTheLowestFreeColumns() {
    // . . . a | . b . c | . . . .
    Csr csr =
        new Csr(
            CsrPattern.of(1, 12, new int[] {0, 3}, new int[] {3, 5, 7}),
            Tensor.of(Shape.of(3), 1f, 2f, 3f));
    Nm nm = csr.toNm(OWN);
    assertThat(nm.pattern().positions()).containsExactly(0, 3, 1, 3, 0, 1);
    assertThat(nm.values().toFloatArray()).containsExactly(0, 1, 2, 3, 0, 0);
    assertThat(nm.dense().toFloatArray()).isEqualTo(csr.dense().toFloatArray());
    assertThat(nm.toNm(OWN).values().toFloatArray()).isEqualTo(nm.values().toFloatArray());
    assertThatIllegalArgumentException().isThrownBy(() -> nm.toNm(new NOfM(5, 12)));
    assertThat(nm.toNm(new NOfM(6, 12)).pattern().positions()).containsExactly(0, 3, 5, 7, 8, 9);
  }

  @Test
  void rowsThatShareHoldWhatAnyOfThemHolds() {
    CsrPattern pattern = CsrPattern.of(2, 4, new int[] {0, 1, 2}, new int[] {2, 0});
    assertThat(NmPattern.covering(pattern, SHARED).positions()).containsExactly(0, 2);
    CsrPattern three = CsrPattern.of(2, 4, new int[] {0, 2, 3}, new int[] {1, 2, 0});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NmPattern.covering(three, SHARED))
        .withMessage(
            "nm 2:4x2: rows 0 to 1 hold more than 2 of the columns 0 to 3; prune them so, or use"
                + " csr");
    assertThat(NmPattern.covering(three, OWN).positions()).containsExactly(1, 2, 0, 1);
  }

  @Test
  void theFirstGroupThatHoldsTooManyIsNamed() {
    CsrPattern pattern = CsrPattern.of(2, 8, new int[] {0, 0, 5}, new int[] {0, 3, 4, 5, 7});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NmPattern.covering(pattern, OWN))
        .withMessageContaining("rows 1 to 1 hold more than 2 of the columns 4 to 7");
    assertThat(NmPattern.refusal(pattern, new NOfM(4, 8))).isPresent();
    assertThat(NmPattern.refusal(pattern, new NOfM(5, 8))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0 0, 'position 1 is 0 but must lie in [0, 4) and exceed its predecessor 0'",
    "1 0, 'position 1 is 0 but must lie in [0, 4) and exceed its predecessor 1'",
    "0 4, 'position 1 is 4 but must lie in [0, 4)'",
    "-1 0, 'position 0 is -1 but must lie in [0, 4)'",
    "-128 0, 'position 0 is -128'",
    "0, 'a 1×4 matrix needs 2 positions but got 1'",
    "0 1 2, 'a 1×4 matrix needs 2 positions but got 3'",
  })
  void indicesThatAreNoPositionsAreRefused(String positions, String message) {
    String[] parts = positions.split(" ");
    byte[] index = new byte[parts.length];
    for (int i = 0; i < index.length; i++) {
      index[i] = Byte.parseByte(parts[i]);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NmPattern.of(1, 4, OWN, index))
        .withMessageContaining(message);
  }

  @Test
  void matricesThatAreNotDivisibleAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NmPattern.of(2, 6, OWN))
        .withMessage("nm 2:4: a 2×6 matrix is not divisible into groups of 1×4; pad it or use csr");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NmPattern.of(3, 4, SHARED))
        .withMessageContaining("groups of 2×4");
    assertThatIllegalArgumentException().isThrownBy(() -> NmPattern.of(-2, 4, SHARED));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NmPattern.of(1, 256, new NOfM(1, 256)))
        .withMessageContaining("m must be at most 128");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NmPattern.of(Integer.MAX_VALUE, 1 << 30, OWN))
        .withMessageContaining("more than 2^31 - 1");
  }

  @Test
  void theIndexIsCopied() {
    byte[] index = {0, 1};
    NmPattern pattern = NmPattern.of(1, 4, OWN, index);
    index[1] = 0;
    assertThat(pattern.positions()).containsExactly(0, 1);
  }

  @Test
  void emptyMatricesHaveNoPositions() {
    for (Shape shape : new Shape[] {Shape.of(0, 8), Shape.of(4, 0)}) {
      NmPattern pattern = NmPattern.of(shape.dim(0), shape.dim(1), SHARED);
      assertThat(pattern.nnz()).isZero();
      assertThat(pattern.flatPositions()).isEmpty();
      assertThat(pattern.transpose().rows()).isEqualTo(shape.dim(1));
      assertThat(pattern).isEqualTo(NmPattern.covering(pattern.elements(), SHARED));
    }
  }

  @Test
  void equalityAndHashSeePositionsAndStructure() {
    NmPattern pattern = NmPattern.of(2, 4, OWN, (byte) 0, (byte) 1, (byte) 0, (byte) 1);
    NmPattern same = NmPattern.covering(pattern.elements(), OWN);
    assertThat(pattern).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(pattern)
        .isNotEqualTo(NmPattern.covering(pattern.elements(), SHARED))
        .isNotEqualTo(NmPattern.of(2, 4, OWN, (byte) 0, (byte) 1, (byte) 0, (byte) 2));
    assertThat(pattern).hasToString("NmPattern(2×4, 2:4)");
  }
}
