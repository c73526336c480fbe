package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Chain;
import dev.espalier.tensor.spi.Chain.Term;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chains as values, and what applying them accepts. */
class ChainsTest extends OpsTest {
  private static final Chain SUM = Chain.of(2, x -> x.get(0).add(x.get(1)));

  // ---- values

  @Test
  void equalStepsAreEqualChains() {
    Chain one = Chain.of(2, x -> x.get(0).mul(x.get(1)).addScalar(1));
    Chain same = Chain.of(2, x -> x.get(0).mul(x.get(1)).addScalar(1));
    Chain other = Chain.of(2, x -> x.get(0).mul(x.get(1)).addScalar(2));
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(other);
    assertThat(one.form()).isEqualTo(other.form()).isNotEqualTo(SUM.form());
    assertThat(other.numbers()).containsExactly(2);
    assertThat(one).hasToString("v2 = MUL(v0, v1); v3 = ADD_SCALAR(v2, 1.0)");
  }

  @Test
  void stepsWithoutPartInTheResultAreLeftOut() {
    Chain chain =
        Chain.of(
            1,
            x -> {
              Term constant = x.get(0).constant(3);
              x.get(0).unary(UnaryOp.EXP);
              return x.get(0).unary(UnaryOp.NEG).div(constant);
            });
    assertThat(chain).hasToString("v1 = 3.0; v2 = NEG(v0); v3 = DIV(v2, v1)");
    assertThat(chain.steps().get(1)).isEqualTo(new Chain.Step.Unary(UnaryOp.NEG, 0, 0));
  }

  @Test
  void refusesWhatIsNoChain() {
    for (int inputs : new int[] {-1, 0, 9}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Chain.of(inputs, List::getFirst))
          .withMessage(
              "chain: takes 1 to 8 inputs, not %d; split it, or combine inputs before", inputs);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chain.of(2, x -> x.get(0).unary(UnaryOp.RELU)))
        .withMessage("chain: input 1 of 2 has no part in the result; leave it out");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chain.of(1, List::getFirst))
        .withMessage("chain: has 1 to 64 steps, not 0; use the input itself");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Chain.of(
                    1,
                    x -> {
                      Term term = x.get(0);
                      for (int i = 0; i < 65; i++) {
                        term = term.addScalar(i);
                      }
                      return term;
                    }))
        .withMessage("chain: has 1 to 64 steps, not 65; split it in two");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chain.of(1, x -> x.get(0).unary(UnaryOp.POW_SCALAR)))
        .withMessage("chain: POW_SCALAR has a parameter; use unary(POW_SCALAR, p)");
    List<Term> foreign = new ArrayList<>();
    Chain.of(
        1,
        x -> {
          foreign.addAll(x);
          return x.get(0).addScalar(1);
        });
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chain.of(1, x -> x.get(0).add(foreign.getFirst())))
        .withMessageContaining("a term belongs to another chain");
  }

  // ---- application

  @Test
  void operandsBroadcast() {
    Tensor out = Chains.apply(SUM, matrix(2, 1, 10, 20), vector(1, 2, 3));
    assertShape(out, 2, 3);
    assertValues(out, 11, 12, 13, 21, 22, 23);
    assertShape(Chains.apply(SUM, zeros(2, 0), zeros(1, 1)), 2, 0);
    assertValues(Chains.apply(SUM, Tensor.scalar(DType.FLOAT64, 2), vector(1, 2)), 3, 4);
  }

  @Test
  void chainsAreTheirMapsOneByOne() {
    Chain chain =
        Chain.of(
            2,
            x ->
                x.get(0)
                    .binary(BinaryOp.GREATER, x.get(1))
                    .select(x.get(0).mulScalar(2), x.get(1).constant(-1)));
    assertValues(Chains.apply(chain, vector(1, 5, 3), vector(2, 2, 3)), -1, 10, -1);
  }

  @Test
  void theResultMayReplaceAnInputAndIsMarkedAsChanged() {
    Tensor a = vector(1, 2);
    int version = a.version();
    assertThat(Chains.apply(SUM, List.of(a, vector(3, 4)), a)).isSameAs(a);
    assertValues(a, 4, 6);
    assertThat(a.version()).isGreaterThan(version);
  }

  @Test
  void intermediateResultsAreGivenBack() {
    Chain chain = Chain.of(1, x -> x.get(0).addScalar(1).mulScalar(3).unary(UnaryOp.SQUARE));
    Tensor x = vector(1, 2);
    Tensor out = Tensor.zerosLike(x);
    long before = Memory.stats().liveStorages();
    Chains.apply(chain, List.of(x), out);
    assertThat(Memory.stats().liveStorages()).isEqualTo(before);
    assertValues(out, 36, 81);
  }

  @Test
  void refusesOperandsByNameAndRemedy() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, vector(1)))
        .withMessage(
            "chain: needs one tensor for each of its 2 inputs but was given 1; the chain is"
                + " v2 = ADD(v0, v1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, vector(1), zeros(1)))
        .withMessageContainingAll("chain: operands have different types", "to(DType)");
    Tensor half = Tensor.full(DType.BFLOAT16, Shape.of(1), 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, half, half))
        .withMessageContainingAll("chain: arithmetic needs float32 or float64", "bfloat16");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, vector(1, 2), vector(1, 2, 3)))
        .withMessageContainingAll("chain", "[2]", "[3]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, List.of(vector(1), vector(1, 2)), vector(1)))
        .withMessage("chain: out must have shape [2] but has [1]");
    Tensor turned = matrix(2, 2, 1, 2, 3, 4).transpose();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, List.of(turned, turned), turned))
        .withMessageContaining("chain: out is written in place and must be contiguous");
    Tensor square = matrix(2, 2, 1, 2, 3, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, List.of(square, square.transpose()), square))
        .withMessageContainingAll("input 1", "[1, 2]", "pass its copy()");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Chains.apply(SUM, List.of(square, square.select(0, 1)), square))
        .withMessageContainingAll("input 1", "pass its copy()");
    Tensor closed = vector(1);
    closed.close();
    assertThatThrownBy(() -> Chains.apply(SUM, closed, vector(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }
}
