package dev.espalier.autograd;

import dev.espalier.autograd.op.Checkpointed;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Applies operations and differentiates what they recorded. */
public final class Autograd {
  private static final AtomicLong ORDER = new AtomicLong();
  private static final ThreadLocal<Boolean> RECORDING = ThreadLocal.withInitial(() -> true);

  /** Restores the recording mode when closed. */
  public static final class Mode implements AutoCloseable {
    private final boolean previous = RECORDING.get();

    private Mode(boolean recording) {
      RECORDING.set(recording);
    }

    @Override
    public void close() {
      RECORDING.set(previous);
    }
  }

  private Autograd() {}

  /** Turns recording off on this thread until closed. PyTorch: {@code torch.no_grad}. */
  public static Mode noGrad() {
    return new Mode(false);
  }

  /** Turns recording on on this thread until closed. PyTorch: {@code torch.enable_grad}. */
  public static Mode enableGrad() {
    return new Mode(true);
  }

  /** Whether operations on this thread are recorded. */
  public static boolean isRecording() {
    return RECORDING.get();
  }

  /** Computes an operation and records it if recording is on and an input requires a gradient. */
  public static Variable apply(Op op, Variable... inputs) {
    return apply(op, false, inputs);
  }

  /**
   * As {@link #apply}, recording even if no input requires a gradient (parameters hidden inside the
   * op do).
   */
  static Variable apply(Op op, boolean hiddenParameters, Variable... inputs) {
    var context = new Context(op.name(), inputs);
    Tensor[] values = new Tensor[inputs.length];
    boolean anyNeeds = hiddenParameters;
    for (int i = 0; i < inputs.length; i++) {
      values[i] = inputs[i].tensor();
      anyNeeds |= inputs[i].requiresGrad();
    }
    Tensor value = op.forward(context, values);
    if (!anyNeeds || !isRecording()) {
      context.free();
      return Variable.of(value);
    }
    var result = new Variable(value, true, new Node(op, inputs, context, ORDER.getAndIncrement()));
    context.setOutput(result);
    return result;
  }

  /**
   * The gradients of a one-element output with respect to some variables, without touching any
   * {@link Variable#grad}.
   *
   * @param createGraph records the pass, so that the result can be differentiated again
   * @return one gradient per input, zeros where the output does not depend on it; not to be changed
   *     in place, since they may share memory
   * @throws UnsupportedOperationException if the graph holds a {@link #checkpoint}
   */
  public static List<Variable> grad(Variable output, List<Variable> inputs, boolean createGraph) {
    if (output.tensor().size() != 1) {
      throw new IllegalArgumentException(
          "grad: the output must have one element but has shape %s; pass the gradient at it"
              .formatted(output.shape()));
    }
    Tensor one = Tensor.fullLike(output.tensor(), 1);
    List<Variable> gradients = grad(output, Variable.of(one), inputs, createGraph);
    if (!createGraph) {
      one.close();
    }
    return gradients;
  }

  /** As {@link #grad(Variable, List, boolean)} from a given gradient at the output. */
  public static List<Variable> grad(
      Variable output, Variable gradient, List<Variable> inputs, boolean createGraph) {
    return Backpropagation.into(inputs, output, gradient, createGraph);
  }

  /**
   * Computes {@code function(x)} without keeping intermediate results; the backward pass computes
   * them again.
   *
   * <p>Side effects of {@code function} happen twice: a batch-norm inside moves its running
   * statistics again. Source: T. Chen, B. Xu, C. Zhang, C. Guestrin, Training Deep Nets with
   * Sublinear Memory Cost (2016). PyTorch: {@code torch.utils.checkpoint}.
   *
   * @param generators the generators that {@code function} draws from, rewound for the second run
   */
  public static Variable checkpoint(
      UnaryOperator<Variable> function, Variable x, Generator... generators) {
    return apply(new Checkpointed(function, List.of(generators)), true, x);
  }
}
