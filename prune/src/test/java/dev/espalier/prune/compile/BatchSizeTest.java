package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Pick;
import dev.espalier.nn.Module;
import dev.espalier.prune.Nets;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ties a model to the batch of its example is refused by name. */
class BatchSizeTest {
  private static final Shape ROW = Shape.of(3, 4);
  private static final int ROWS = 2;

  /** A forward function that cannot be compiled, and what the refusal says. */
  private record Case(String said, UnaryOperator<Variable> forward) {
    @Override
    public String toString() {
      return said;
    }
  }

  private record Forward(UnaryOperator<Variable> function) {
    Module module() {
      return new Module() {
        @Override
        public Variable forward(Variable x) {
          return function.apply(x);
        }
      };
    }
  }

  private static Variable ones(int... dims) {
    return Variable.of(Tensor.full(DType.FLOAT32, Shape.of(dims), 1));
  }

  static Stream<Case> refused() {
    return Stream.of(
        new Case("'reshape' from [2, 3, 4] to [6, 4] contains the batch", x -> x.reshape(6, 4)),
        new Case(
            "'expand' from [2, 3, 1] to [2, 3, 4] contains the batch",
            x -> x.sum(true, 2).expand(Shape.of(2, 3, 4))),
        new Case("'narrow' from [2, 3, 4] to [1, 3, 4] mixes", x -> x.narrow(0, 0, 1)),
        new Case("'permute' from [2, 3, 4] to [3, 2, 4] mixes", x -> x.transpose(0, 1)),
        new Case("'sum' from [2, 3, 4] to [3, 4] mixes", x -> x.sum(false, 0)),
        new Case("'sum' from [2, 3, 4] to [] mixes", Variable::sum),
        new Case("'max' from [2, 3, 4] to [3, 4] mixes", x -> x.max(0, false)),
        new Case("'concat' from [2, 3, 4] to [4, 3, 4] mixes", x -> F.concat(0, x, x)),
        new Case(
            "'pick' from [2, 12] to [2] mixes",
            x -> Autograd.apply(new Pick(Tensor.of(Shape.of(2), 1L, 2L)), F.flatten(x))),
        new Case(
            "'batchNorm' from [2, 3, 4] to [2, 3, 4] normalises by the batch",
            x -> {
              Tensor mean = Tensor.zeros(DType.FLOAT32, Shape.of(3));
              return F.batchNorm(x, ones(3), ones(3), mean, mean.copy(), true, 0.1, 1e-5);
            }),
        new Case(
            "'checkpointed' from [2, 3, 4] to [2, 3, 4] hides",
            x -> Autograd.checkpoint(Variable::exp, x)),
        new Case("not on twice as many rows", x -> x.add(ones(2, 3, 4))));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void operationsTiedToTheBatchAreRefusedByName(Case refused) {
    Module module = new Forward(refused.forward).module();
    assertThatThrownBy(() -> Compiler.compile(module, Nets.inputs(ROW, ROWS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("compile:", refused.said);
  }

  @Test
  void aFactorComputedFromTheBatchSizeIsFrozenAsRecorded() {
    Module module = new Forward(x -> x.mul(1.0 / x.dim(0))).module();
    try (CompiledModel model = Compiler.compile(module, Nets.inputs(ROW, ROWS))) {
      Tensor x = Nets.inputs(ROW, 1);
      assertThat(model.run(x).get(0, 0, 0)).isEqualTo(x.get(0, 0, 0) / ROWS);
    }
  }

  @Test
  void operationsInsideARowRunForAnyBatch() {
    Module module =
        new Forward(
                x ->
                    x.reshape(2, 2, 6)
                        .permute(0, 2, 1)
                        .narrow(1, 1, 4)
                        .reshape(2, 8)
                        .reshape(-1, 4, 2)
                        .max(2, true)
                        .sum(false, -1)
                        .mul(ones(4)))
            .module();
    try (CompiledModel model = Compiler.compile(module, Nets.inputs(ROW, ROWS))) {
      for (int rows : new int[] {1, 5}) {
        Tensor x = Nets.inputs(ROW, rows);
        Variable y = Variable.of(x).reshape(rows, 2, 6).permute(0, 2, 1).narrow(1, 1, 4);
        Variable z = y.reshape(rows, 8).reshape(-1, 4, 2).max(2, true).sum(false, -1);
        assertThat(model.run(x).toDoubleArray()).isEqualTo(z.tensor().toDoubleArray());
      }
    }
  }
}
