package dev.espalier.tensor.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A function of elements, put together of maps, that a backend may compute in one pass: each input
 * is read once, the result is written once, and nothing in between touches memory.
 *
 * <pre>{@code
 * Chain swish = Chain.of(3, x -> x.get(0).mul(x.get(1)).add(x.get(2)).unary(UnaryOp.SILU));
 * Tensor y = Chains.apply(swish, a, scale, shift);
 * }</pre>
 *
 * <p>Every map rounds as it does alone, so that a chain's result is that of its maps one by one on
 * the same backend. Chains are values: equal if they take the same steps.
 */
public final class Chain {
  /** The most inputs of a chain. */
  public static final int MOST_INPUTS = 8;

  /** The most steps of a chain: a kernel's code and registers grow with them. */
  public static final int MOST_STEPS = 64;

  /**
   * What makes one value of those before it, which are counted from the inputs on: value {@code
   * inputs() + i} is that of step i.
   */
  public sealed interface Step {
    /** A number. */
    record Constant(double value) implements Step {}

    /** {@code op(x, p)}; p is 0 where op has no parameter. */
    record Unary(UnaryOp op, double p, int x) implements Step {}

    /** {@code op(a, b)}. */
    record Binary(BinaryOp op, int a, int b) implements Step {}

    /** {@code condition != 0 ? yes : no}. */
    record Select(int condition, int yes, int no) implements Step {}

    /** The values that the step reads. */
    default List<Integer> operands() {
      return switch (this) {
        case Constant _ -> List.of();
        case Unary unary -> List.of(unary.x);
        case Binary binary -> List.of(binary.a, binary.b);
        case Select select -> List.of(select.condition, select.yes, select.no);
      };
    }
  }

  private final int inputs;
  private final List<Step> steps;

  private Chain(int inputs, List<Step> steps) {
    this.inputs = inputs;
    this.steps = List.copyOf(steps);
  }

  /**
   * The chain that an expression describes.
   *
   * @param inputs how many operands it has, 1 to {@value #MOST_INPUTS}; each must be used
   * @param expression makes the result's term of the inputs' terms; called once
   * @throws IllegalArgumentException if there are too many inputs or steps, an input that is not
   *     used, or no step at all
   */
  public static Chain of(int inputs, Function<List<Term>, Term> expression) {
    if (inputs < 1 || inputs > MOST_INPUTS) {
      throw new IllegalArgumentException(
          "chain: takes 1 to %d inputs, not %d; split it, or combine inputs before"
              .formatted(MOST_INPUTS, inputs));
    }
    var draft = new Draft(inputs);
    List<Term> terms = IntStream.range(0, inputs).mapToObj(i -> new Term(draft, i)).toList();
    Term result = Objects.requireNonNull(expression.apply(terms), "chain: no result");
    result.requireOf(draft);
    return ofNeeded(inputs, draft.steps, result.value);
  }

  /** Leaves out the steps that the result does not depend on. */
  private static Chain ofNeeded(int inputs, List<Step> all, int result) {
    boolean[] needed = new boolean[inputs + all.size()];
    needed[result] = true;
    for (int i = all.size() - 1; i >= 0; i--) {
      if (needed[inputs + i]) {
        all.get(i).operands().forEach(operand -> needed[operand] = true);
      }
    }
    for (int i = 0; i < inputs; i++) {
      if (!needed[i]) {
        throw new IllegalArgumentException(
            "chain: input %d of %d has no part in the result; leave it out".formatted(i, inputs));
      }
    }
    int[] place = new int[needed.length];
    List<Step> steps = new ArrayList<>();
    for (int value = 0; value < needed.length; value++) {
      place[value] = inputs + steps.size();
      if (value < inputs) {
        place[value] = value;
      } else if (needed[value]) {
        steps.add(moved(all.get(value - inputs), place));
      }
    }
    if (steps.isEmpty() || steps.size() > MOST_STEPS) {
      throw new IllegalArgumentException(
          "chain: has 1 to %d steps, not %d; %s"
              .formatted(
                  MOST_STEPS,
                  steps.size(),
                  steps.isEmpty() ? "use the input itself" : "split it in two"));
    }
    return new Chain(inputs, steps);
  }

  private static Step moved(Step step, int[] place) {
    return switch (step) {
      case Step.Constant constant -> constant;
      case Step.Unary(UnaryOp op, double p, int x) -> new Step.Unary(op, p, place[x]);
      case Step.Binary(BinaryOp op, int a, int b) -> new Step.Binary(op, place[a], place[b]);
      case Step.Select(int condition, int yes, int no) ->
          new Step.Select(place[condition], place[yes], place[no]);
    };
  }

  /** How many operands the chain has. */
  public int inputs() {
    return inputs;
  }

  /** The steps in an order in which they can be taken; the last one makes the result. */
  public List<Step> steps() {
    return steps;
  }

  /** The numbers in the steps, constants and parameters, in the order of the steps. */
  public double[] numbers() {
    return steps.stream()
        .filter(Chain::hasNumber)
        .mapToDouble(
            step ->
                switch (step) {
                  case Step.Constant(double value) -> value;
                  case Step.Unary unary -> unary.p;
                  default -> throw new AssertionError(step);
                })
        .toArray();
  }

  /** Whether a step has one of the {@link #numbers}. */
  public static boolean hasNumber(Step step) {
    return step instanceof Step.Constant
        || step instanceof Step.Unary unary && unary.op.hasParameter();
  }

  /**
   * The same steps with 0 in the place of each of the {@link #numbers}: chains of one form share
   * code.
   */
  public Chain form() {
    List<Step> blank =
        steps.stream()
            .map(
                step ->
                    switch (step) {
                      case Step.Constant _ -> new Step.Constant(0);
                      case Step.Unary(UnaryOp op, _, int x) -> new Step.Unary(op, 0, x);
                      default -> step;
                    })
            .toList();
    return new Chain(inputs, blank);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Chain chain && chain.inputs == inputs && chain.steps.equals(steps);
  }

  @Override
  public int hashCode() {
    return Objects.hash(inputs, steps);
  }

  /** The steps, such as {@code v2 = MUL(v0, v1); v3 = ADD_SCALAR(v2, 1.0)}. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int i = 0; i < steps.size(); i++) {
      text.append(i == 0 ? "v" : "; v").append(inputs + i).append(" = ");
      switch (steps.get(i)) {
        case Step.Constant(double value) -> text.append(value);
        case Step.Unary(UnaryOp op, double p, int x) ->
            text.append(op)
                .append("(v")
                .append(x)
                .append(op.hasParameter() ? ", " + p : "")
                .append(')');
        case Step.Binary(BinaryOp op, int a, int b) ->
            text.append("%s(v%d, v%d)".formatted(op, a, b));
        case Step.Select(int condition, int yes, int no) ->
            text.append("SELECT(v%d, v%d, v%d)".formatted(condition, yes, no));
      }
    }
    return text.toString();
  }

  /** What has been described of a chain. */
  private static final class Draft {
    private final int inputs;
    private final List<Step> steps = new ArrayList<>();

    Draft(int inputs) {
      this.inputs = inputs;
    }
  }

  /** One value of a chain that is being described. */
  public static final class Term {
    private final Draft draft;
    private final int value;

    private Term(Draft draft, int value) {
      this.draft = draft;
      this.value = value;
    }

    private void requireOf(Draft chain) {
      if (draft != chain) {
        throw new IllegalArgumentException(
            "chain: a term belongs to another chain; use the terms that the expression is given");
      }
    }

    private Term then(Step step) {
      draft.steps.add(step);
      return new Term(draft, draft.inputs + draft.steps.size() - 1);
    }

    /** A number, for use with terms of this chain. */
    public Term constant(double number) {
      return then(new Step.Constant(number));
    }

    /** {@code op(this)}. */
    public Term unary(UnaryOp op) {
      if (op.hasParameter()) {
        throw new IllegalArgumentException(
            "chain: %s has a parameter; use unary(%s, p)".formatted(op, op));
      }
      return then(new Step.Unary(op, 0, value));
    }

    /** {@code op(this, p)}. */
    public Term unary(UnaryOp op, double p) {
      return then(new Step.Unary(op, op.hasParameter() ? p : 0, value));
    }

    /** {@code op(this, other)}. */
    public Term binary(BinaryOp op, Term other) {
      other.requireOf(draft);
      return then(new Step.Binary(op, value, other.value));
    }

    /** {@code this != 0 ? yes : no}. */
    public Term select(Term yes, Term no) {
      yes.requireOf(draft);
      no.requireOf(draft);
      return then(new Step.Select(value, yes.value, no.value));
    }

    /** {@code this + other}. */
    public Term add(Term other) {
      return binary(BinaryOp.ADD, other);
    }

    /** {@code this - other}. */
    public Term sub(Term other) {
      return binary(BinaryOp.SUB, other);
    }

    /** {@code this other}. */
    public Term mul(Term other) {
      return binary(BinaryOp.MUL, other);
    }

    /** {@code this / other}. */
    public Term div(Term other) {
      return binary(BinaryOp.DIV, other);
    }

    /** {@code this + p}. */
    public Term addScalar(double p) {
      return unary(UnaryOp.ADD_SCALAR, p);
    }

    /** {@code p this}. */
    public Term mulScalar(double p) {
      return unary(UnaryOp.MUL_SCALAR, p);
    }
  }
}
