package dev.espalier.autograd;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/** What one application of an {@link Op} remembers for its backward pass. */
public final class Context {
  private final String operation;
  private final Variable[] inputs;
  private final int[] inputVersions;
  private Variable output;
  private int outputVersion;
  private boolean outputSaved;
  private Tensor[] saved = {};
  private boolean freed;

  Context(String operation, Variable[] inputs) {
    this.operation = operation;
    this.inputs = inputs;
    this.inputVersions = new int[inputs.length];
    java.util.Arrays.fill(inputVersions, -1);
  }

  /** Declares that {@link #input} i will be read by the backward pass. */
  public void saveInput(int i) {
    inputVersions[i] = inputs[i].tensor().version();
  }

  /** Declares that {@link #output} will be read by the backward pass. */
  public void saveOutput() {
    outputSaved = true;
  }

  /**
   * Keeps tensors that are no inputs (indices, statistics); they are closed when the graph is
   * freed.
   */
  public void save(Tensor... tensors) {
    saved = tensors;
  }

  /** Whether input i needs a gradient. */
  public boolean needs(int i) {
    return inputs[i].requiresGrad();
  }

  /** Number of inputs. */
  public int inputCount() {
    return inputs.length;
  }

  /** Shape of input i, always available. */
  public Shape inputShape(int i) {
    return inputs[i].shape();
  }

  /**
   * Input i as a variable, so that the vector-Jacobian product can be differentiated through it.
   */
  public Variable input(int i) {
    if (inputVersions[i] < 0) {
      throw new IllegalStateException(
          operation + ": backward reads input " + i + ", which forward did not save");
    }
    return unchanged(inputs[i], inputVersions[i], "input " + i);
  }

  /** The output as a variable. */
  public Variable output() {
    if (!outputSaved) {
      throw new IllegalStateException(
          operation + ": backward reads the output, which forward did not save");
    }
    return unchanged(output, outputVersion, "the output");
  }

  /** A tensor kept by {@link #save}. */
  public Tensor saved(int i) {
    checkAlive();
    return saved[i];
  }

  void setOutput(Variable variable) {
    if (outputSaved) {
      output = variable;
      outputVersion = variable.tensor().version();
    }
  }

  void checkAlive() {
    if (freed) {
      throw new IllegalStateException(
          "backward: the graph through '%s' was already freed by an earlier backward pass; pass retainGraph to the first one, or run the forward pass again"
              .formatted(operation));
    }
  }

  void free() {
    freed = true;
    output = null;
    for (Tensor tensor : saved) {
      tensor.close();
    }
    saved = new Tensor[0];
  }

  private Variable unchanged(Variable variable, int version, String which) {
    checkAlive();
    Tensor tensor = variable.tensor();
    if (tensor.isClosed()) {
      throw new IllegalStateException(
          "backward: %s of '%s' (shape %s) is closed; run backward inside the scope that recorded the graph"
              .formatted(which, operation, variable.shape()));
    }
    if (tensor.version() != version) {
      throw new IllegalStateException(
          "backward: %s of '%s' (shape %s) was changed in place after it was saved; copy it before changing it"
              .formatted(which, operation, variable.shape()));
    }
    return variable;
  }
}
