package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.ReduceOp;
import org.junit.jupiter.api.Test;

/** The largest sizes that grids and kernels take, and refusals of the next ones by name. */
final class SizeLimitsTest {
  private static final Device CUDA = new Device("cuda", 0);
  private static final long MOST = Integer.MAX_VALUE;

  @Test
  void aGridHasSoManyBlocks() {
    assertThat(Launch.gridX("spmm", MOST)).isEqualTo(Integer.MAX_VALUE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Launch.gridX("spmm", MOST + 1))
        .withMessage(
            "spmm: needs 2,147,483,648 blocks, but a grid has at most 2,147,483,647; use a smaller"
                + " batch");
  }

  @Test
  void aKernelCountsSoManyElements() {
    assertThat(Grids.extent("conv2d", MOST)).isEqualTo(Integer.MAX_VALUE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Grids.extent("conv2d", MOST + 1))
        .withMessageContainingAll("conv2d", "2,147,483,648", "2,147,483,647", "smaller batch");
  }

  @Test
  void theDenseOperandOfASparseProductSpansSoManyElements() {
    Shape last = Shape.of(1 << 16, 1 << 16);
    assertThatCode(() -> Operands.checkSpan("spmm", last, new long[] {1 << 16, 1}))
        .doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Operands.checkSpan("spmm", last, new long[] {(1 << 16) + 1, 1}))
        .withMessageContainingAll("spmm", "[65536, 65536]", "4,295,032,831", "4,294,967,296");
  }

  /** No memory is needed: two axes are expanded, and none of the four is merged with another. */
  @Test
  void aReductionHasSoManyTermsAlongSeparateAxes() {
    try (Tensor few = Tensor.zeros(DType.FLOAT32, Shape.of(2, 1, 3, 1)).to(CUDA);
        Tensor many = few.expand(Shape.of(2, 1 << 20, 3, 1 << 12));
        Tensor out = Tensor.empty(DType.FLOAT32, Shape.of(1), CUDA)) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  Backends.of(CUDA)
                      .reduce(ReduceOp.SUM, many, new boolean[] {true, true, true, true}, out))
          .withMessageContainingAll(
              "reduce", "25,769,803,776 terms", "4 separate axes", "one axis");
    }
  }
}
