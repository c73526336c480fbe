package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.fuse.ChainCode;
import dev.espalier.cuda.fuse.ChainLayout;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Chain;
import dev.espalier.tensor.spi.UnaryOp;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The text that is written for chains becomes machine code on every architecture. */
final class ChainPtxTest {
  private static final Assembler ASSEMBLER = Assembler.ofToolkit().orElseGet(Assembler::ofJCuda);

  /** Every map after the other. */
  private static final Chain EVERYTHING =
      Chain.of(
          2,
          x -> {
            Chain.Term term = x.get(1);
            for (UnaryOp op : UnaryOp.values()) {
              term = term.unary(op, 0.5);
            }
            for (BinaryOp op : BinaryOp.values()) {
              term = term.binary(op, x.get(0));
            }
            return term.select(x.get(0), x.get(0).constant(2));
          });

  /** As many operands as there may be. */
  private static final Chain WIDE =
      Chain.of(
          Chain.MOST_INPUTS,
          x -> x.stream().reduce((a, b) -> a.mul(b).unary(UnaryOp.SILU)).orElseThrow());

  private static void assertAssembles(Chain chain, ChainLayout layout)
      throws IOException, InterruptedException {
    String ptx = ChainCode.of(chain, layout);
    for (String architecture : List.of("sm_80", "sm_90")) {
      var result = ASSEMBLER.assemble(ptx, architecture);
      assertThat(result.accepted()).as("%s: %s", architecture, result.log()).isTrue();
      if (layout.type() == DType.FLOAT32) {
        assertThat(result.log()).contains("0 bytes spill stores, 0 bytes spill loads");
      }
    }
  }

  @Test
  void everyMapAssembles() throws IOException, InterruptedException {
    assertAssembles(EVERYTHING, new ChainLayout(DType.FLOAT32, 1, 2, 0));
    assertAssembles(EVERYTHING, new ChainLayout(DType.FLOAT64, 1, 2, 0));
  }

  @Test
  void everyLayoutAssembles() throws IOException, InterruptedException {
    assertAssembles(WIDE, new ChainLayout(DType.FLOAT32, 4, 1, 0));
    assertAssembles(WIDE, new ChainLayout(DType.FLOAT32, 4, 3, 5));
    assertAssembles(WIDE, new ChainLayout(DType.FLOAT32, 1, 6, 0));
    assertAssembles(WIDE, new ChainLayout(DType.FLOAT64, 2, 1, 1));
  }

  /** An assembler may join a product and a sum that leave their rounding open. */
  @Test
  void mapsKeepTheirRounding() {
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      assertThat(ChainCode.of(EVERYTHING, new ChainLayout(type, 1, 1, 0)))
          .doesNotContainPattern("\\b(add|sub|mul)\\.f(32|64)\\b");
    }
  }
}
