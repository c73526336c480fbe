package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.RandomSparse;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightedLinearTest {
  private static final Granularity BLOCK = new Granularity.Block(2, 3);
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** A dispatch that always runs one kernel for one granularity. */
  static WeightedLinear always(Granularity granularity, String kernel) {
    StringBuilder table = new StringBuilder("espalier-crossover 1\n");
    for (String direction : List.of("forward", "grad-input", "grad-weight")) {
      table.append("linear %s %s 0 0 %s 1\n".formatted(direction, granularity.name(), kernel));
    }
    return new WeightedLinear(Crossover.parse(table.toString(), "test"));
  }

  static final WeightedLinear DENSE = new WeightedLinear(Crossover.of(List.of()));

  @ParameterizedTest
  @CsvSource({
    "0, 6, 4, 0.5",
    "1, 6, 4, 0.5",
    "1, 1, 1, 1",
    "5, 12, 6, 0",
    "5, 12, 6, 0.3",
    "17, 18, 8, 1",
    "33, 9, 10, 0.1"
  })
  void allChoicesMatchTheReference(int rows, int in, int out, double density) {
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      boolean blocked = in % 3 == 0 && out % 2 == 0;
      Granularity granularity = blocked ? BLOCK : new Granularity.Element();
      Mask mask = RandomSparse.mask(Shape.of(out, in), granularity, density, 1);
      Tensor w = mask.apply(RandomSparse.tensor(type, mask.shape(), 2));
      Tensor x = RandomSparse.tensor(type, Shape.of(rows, in), 3);
      Tensor dy = RandomSparse.tensor(type, Shape.of(rows, out), 4);
      Tensor bias = RandomSparse.tensor(type, Shape.of(out), 5);
      var masked = new Weight.Masked(w, mask);

      assertProducts(DENSE, masked, x, dy, bias);
      assertProducts(always(granularity, "csr"), masked, x, dy, bias);
      if (blocked) {
        assertProducts(always(granularity, "bsr"), masked, x, dy, bias);
      }
      SparseTensor csr = SparseTensor.fromDense(w, mask);
      for (SparseTensor s : blocked ? List.of(csr, csr.toCoo(), csr.toBsr(2, 3)) : List.of(csr)) {
        assertSparse(s, x, dy, bias);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 4, 1", "7, 2, 4, 1", "17, 2, 4, 2", "1, 2, 4, 4", "33, 2, 4, 4", "5, 4, 8, 2"})
  void nmMatchesTheReference(int batch, int n, int m, int rows) {
    var structure = new Granularity.NOfM(n, m, rows);
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      Tensor dense = RandomSparse.tensor(type, Shape.of(8, 24), 2);
      Mask mask = Mask.keepLargestPerGroup(dense, structure);
      Tensor w = mask.apply(dense);
      Tensor x = RandomSparse.tensor(type, Shape.of(batch, 24), 3);
      Tensor dy = RandomSparse.tensor(type, Shape.of(batch, 8), 4);
      Tensor bias = RandomSparse.tensor(type, Shape.of(8), 5);
      assertProducts(always(structure, "nm"), new Weight.Masked(w, mask), x, dy, bias);
      assertSparse(SparseTensor.fromDense(w, mask).toNm(structure), x, dy, bias);
    }
  }

  @Test
  void zerosThatFillUpAnNmPatternGetNoGradient() {
    var structure = new Granularity.NOfM(2, 4);
    Mask mask = Mask.of(Shape.of(1, 4), i -> i == 2).withGranularity(structure);
    Weight w = new Weight.Masked(Tensor.of(Shape.of(1, 4), 0f, 0f, 3f, 0f), mask);
    Tensor x = Tensor.of(Shape.of(1, 4), 1f, 10f, 100f, 1000f);
    var nm = always(structure, "nm");
    assertThat(nm.forward(x, w, null, false).item()).isEqualTo(300);
    Tensor dy = Tensor.of(Shape.of(1, 1), 2f);
    assertThat(nm.gradWeight(x, dy, w, false).toFloatArray()).containsExactly(0, 0, 200, 0);
    assertThat(nm.gradWeight(x, dy, w, true).toFloatArray()).containsExactly(2, 20, 200, 2000);
  }

  private static void assertProducts(
      WeightedLinear linear, Weight.Masked w, Tensor x, Tensor dy, Tensor bias) {
    var y = SparseReference.matmul(w.tensor(), x.transpose().copy(), bias);
    y.assertMatches(linear.forward(x, w, bias, false).transpose().copy());
    SparseReference.matmul(dy, w.tensor(), null).assertMatches(linear.gradInput(dy, w));

    var dw = SparseReference.matmul(dy.transpose().copy(), x, null);
    dw.assertMatches(linear.gradWeight(x, dy, w, true));
    for (int i = 0; i < w.mask().size(); i++) {
      if (!w.mask().get(i)) {
        dw.value()[i] = 0;
        dw.magnitude()[i] = 0;
      }
    }
    dw.assertMatches(linear.gradWeight(x, dy, w, false));
  }

  private static void assertSparse(SparseTensor s, Tensor x, Tensor dy, Tensor bias) {
    Weight weight = new Weight.Sparse(s);
    Tensor dense = s.dense();
    SparseReference.matmul(dense, x.transpose().copy(), bias)
        .assertMatches(DENSE.forward(x, weight, bias, false).transpose().copy());
    SparseReference.matmul(dy, dense, null).assertMatches(DENSE.gradInput(dy, weight));
    Tensor gradient = DENSE.gradWeight(x, dy, weight, false);
    assertThat(gradient.shape()).isEqualTo(s.values().shape());
    var full = SparseReference.matmul(dy.transpose().copy(), x, null);
    double[] expected = full.value().clone();
    Mask stored =
        Mask.nonZeros(s.withValues(Tensor.full(s.dtype(), s.values().shape(), 1)).dense());
    for (int i = 0; i < expected.length; i++) {
      full.value()[i] = stored.get(i) ? expected[i] : 0;
      full.magnitude()[i] = stored.get(i) ? full.magnitude()[i] : 0;
    }
    full.assertMatches(s.withValues(gradient).dense());
  }

  @Test
  void reluClampsAfterTheBias() {
    Weight w =
        new Weight.Masked(
            Tensor.of(Shape.of(2, 2), 1f, 0f, 0f, 1f), Mask.of(Shape.of(2, 2), i -> i % 3 == 0));
    Tensor x = Tensor.of(Shape.of(2, 2), 1f, 2f, -3f, 4f);
    Tensor bias = Tensor.of(Shape.of(2), 1f, -3f);
    for (WeightedLinear linear : List.of(DENSE, always(new Granularity.Element(), "csr"))) {
      assertThat(linear.forward(x, w, bias, true).toFloatArray()).containsExactly(2, 0, 0, 1);
    }
  }

  @Test
  void leadingAxesAreKeptAndViewsAreTaken() {
    Mask mask = RandomSparse.mask(Shape.of(4, 6), 0.5, 1);
    Weight w =
        new Weight.Masked(mask.apply(RandomSparse.tensor(DType.FLOAT32, mask.shape(), 2)), mask);
    Tensor x = RandomSparse.tensor(DType.FLOAT32, Shape.of(6, 2, 3), 3).permute(1, 2, 0);
    Tensor dy = RandomSparse.tensor(DType.FLOAT32, Shape.of(2, 3, 4), 4);
    var csr = always(new Granularity.Element(), "csr");
    assertThat(csr.forward(x, w, null, false).shape()).isEqualTo(Shape.of(2, 3, 4));
    assertThat(csr.gradInput(dy, w).shape()).isEqualTo(Shape.of(2, 3, 6));
    assertThat(DENSE.gradInput(dy, w).shape()).isEqualTo(Shape.of(2, 3, 6));
    SparseReference.matmul(((Weight.Masked) w).tensor(), x.reshape(6, 6).transpose().copy(), null)
        .assertMatches(csr.forward(x, w, null, false).reshape(6, 4).transpose().copy());
    Tensor vector = RandomSparse.tensor(DType.FLOAT32, Shape.of(6), 5);
    assertThat(csr.forward(vector, w, null, false).shape()).isEqualTo(Shape.of(4));
  }

  @Test
  void denseWeightsHaveDenseGradients() {
    Weight w = new Weight.Dense(RandomSparse.tensor(DType.FLOAT32, Shape.of(3, 4), 1));
    Tensor x = RandomSparse.tensor(DType.FLOAT32, Shape.of(5, 4), 2);
    Tensor dy = RandomSparse.tensor(DType.FLOAT32, Shape.of(5, 3), 3);
    SparseReference.matmul(dy.transpose().copy(), x, null)
        .assertMatches(SparseOps.linearGradWeight(x, dy, w, false));
    assertThat(SparseOps.linear(x, w, null, false).shape()).isEqualTo(Shape.of(5, 3));
    assertThat(SparseOps.linearGradInput(dy, w).shape()).isEqualTo(Shape.of(5, 4));
  }

  @Test
  void sparseWeightsHaveNoDenseGradient() {
    Weight w = new Weight.Sparse(SparseTensor.fromDense(Tensor.of(Shape.of(1, 2), 1f, 0f)));
    Tensor x = Tensor.of(Shape.of(1, 2), 1f, 1f);
    Tensor dy = Tensor.of(Shape.of(1, 1), 1f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseOps.linearGradWeight(x, dy, w, true))
        .withMessageContaining(
            "linearGradWeight: a sparse weight (shape [1, 2]) has no dense gradient");
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    Weight w = Weight.of(Tensor.zeros(DType.FLOAT32, Shape.of(3, 4)), Mask.zeros(Shape.of(3, 4)));
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(2, 5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseOps.linear(x, w, null, false))
        .withMessageContaining(
            "the last axis of the input its in-features ([2, 5], weight [3, 4])");
    assertThatIllegalArgumentException().isThrownBy(() -> SparseOps.linearGradInput(x, w));
    Tensor good = Tensor.zeros(DType.FLOAT32, Shape.of(2, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SparseOps.linear(good, w, Tensor.zeros(DType.FLOAT32, Shape.of(4)), false))
        .withMessageContaining("bias must have shape [3]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SparseOps.linearGradWeight(
                    good, Tensor.zeros(DType.FLOAT32, Shape.of(1, 3)), w, false))
        .withMessageContaining("must have shape [2, 3] but has [1, 3]");
  }

  @Test
  void infinityInTheActivationSpreadsThroughDenseKernelsOnly() {
    Weight w =
        new Weight.Masked(Tensor.of(Shape.of(1, 2), 2f, 0f), Mask.of(Shape.of(1, 2), true, false));
    Tensor x = Tensor.of(Shape.of(1, 2), 3f, Float.POSITIVE_INFINITY);
    assertThat(always(new Granularity.Element(), "csr").forward(x, w, null, false).item())
        .isEqualTo(6);
    assertThat(DENSE.forward(x, w, null, false).item()).isNaN();
  }

  @Test
  void nothingButTheResultStaysAllocated() {
    Mask mask = RandomSparse.mask(Shape.of(8, 12), 0.3, 1);
    Tensor w = mask.apply(RandomSparse.tensor(DType.FLOAT32, mask.shape(), 2));
    Tensor x = RandomSparse.tensor(DType.FLOAT32, Shape.of(5, 12), 3);
    Tensor dy = RandomSparse.tensor(DType.FLOAT32, Shape.of(5, 8), 4);
    var csr = always(new Granularity.Element(), "csr");
    Weight masked = new Weight.Masked(w, mask);
    int before = Memory.stats().liveStorages();
    csr.forward(x, masked, null, false).close();
    csr.gradInput(dy, masked).close();
    csr.gradWeight(x, dy, masked, false).close();
    assertThat(Memory.stats().liveStorages()).isLessThanOrEqualTo(before);
  }

  @Test
  void inputsAndOutputsMayBeTransposed() {
    Mask mask = RandomSparse.mask(Shape.of(4, 6), BLOCK, 0.5, 30);
    Tensor w = mask.apply(RandomSparse.tensor(DType.FLOAT32, mask.shape(), 31));
    Tensor bias = RandomSparse.tensor(DType.FLOAT32, Shape.of(4), 32);
    SparseTensor csr = SparseTensor.fromDense(w, mask);
    for (int rows : new int[] {1, 5, 33}) {
      Tensor columns = RandomSparse.tensor(DType.FLOAT32, Shape.of(6, rows), 33);
      var expected = SparseReference.matmul(w, columns, bias);
      for (Weight weight :
          List.of(
              new Weight.Dense(w), new Weight.Sparse(csr), new Weight.Sparse(csr.toBsr(2, 3)))) {
        for (Tensor x : List.of(columns.transpose(), columns.transpose().copy())) {
          Tensor product = Tensor.full(DType.FLOAT32, Shape.of(4, rows), 7);
          DENSE.forward(x, weight, bias, false, product.transpose());
          expected.assertMatches(product);
          Tensor y = Tensor.full(DType.FLOAT32, Shape.of(rows, 4), 7);
          DENSE.forward(x, weight, bias, false, y);
          expected.assertMatches(y.transpose().copy());
        }
      }
    }
  }

  @Test
  void otherStridesOfTheOutputAreRefused() {
    Tensor w = Tensor.full(DType.FLOAT32, Shape.of(2, 3), 1);
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(4, 3));
    Tensor gaps = Tensor.zeros(DType.FLOAT32, Shape.of(4, 5)).narrow(1, 0, 2);
    for (Weight weight :
        List.of(new Weight.Dense(w), new Weight.Sparse(SparseTensor.fromDense(w)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DENSE.forward(x, weight, null, false, gaps))
          .withMessageContainingAll("linear: out", "contiguous");
    }
  }
}
