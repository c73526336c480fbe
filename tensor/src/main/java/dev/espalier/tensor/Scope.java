package dev.espalier.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A region of a program at whose end every tensor made inside it is closed, except those kept.
 *
 * <pre>{@code
 * try (var step = Scope.open("step")) {
 *   Tensor y = x.matmul(w);      // closed at the end
 *   best = step.keep(y.copy());  // handed to the enclosing scope, or to the caller
 * }
 * }</pre>
 *
 * <p>Scopes nest and belong to the thread that opened them. A tensor made outside any scope is
 * closed by hand or, as a safety net, when the garbage collector finds it unreachable.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

  private final String name;
  private final Scope parent;
  private final Thread owner = Thread.currentThread();
  private List<Tensor> tensors = new ArrayList<>();
  private int compactAt = 1024;

  private Scope(String name, Scope parent) {
    this.name = name;
    this.parent = parent;
  }

  /** Opens a scope on this thread. */
  public static Scope open() {
    return open("scope");
  }

  /** Opens a named scope on this thread; the name appears in out-of-memory messages. */
  public static Scope open(String name) {
    var scope = new Scope(name, CURRENT.get());
    CURRENT.set(scope);
    return scope;
  }

  static Scope current() {
    return CURRENT.get();
  }

  static String currentName() {
    Scope scope = CURRENT.get();
    return scope == null ? "no scope" : scope.name;
  }

  /** Tensors that the scope remembers, closed ones among them. */
  int size() {
    return tensors.size();
  }

  void add(Tensor tensor) {
    if (tensors.size() >= compactAt) {
      tensors.removeIf(
          t -> t.isClosed() || t.scope() != this); // a long scope must not grow with closed handles
      compactAt = Math.max(1024, 2 * tensors.size());
    }
    tensors.add(tensor);
  }

  /** Whether this scope will close the tensor. */
  public boolean owns(Tensor tensor) {
    return tensor.scope() == this;
  }

  /**
   * Takes a tensor out of this scope: the enclosing scope owns it then, or nobody if there is none.
   *
   * @return the same tensor
   */
  public Tensor keep(Tensor tensor) {
    tensor.checkOpen("keep");
    if (tensor.scope() == this) {
      tensor.moveTo(parent);
    }
    return tensor;
  }

  /**
   * Takes a tensor out of every scope, so that it lives until it is closed or unreachable.
   *
   * @return the same tensor
   */
  public static Tensor detach(Tensor tensor) {
    tensor.checkOpen("detach");
    tensor.moveTo(null);
    return tensor;
  }

  /**
   * Closes every tensor made inside and not kept. Scopes must be closed innermost first, on their
   * own thread.
   */
  @Override
  public void close() {
    if (tensors == null) {
      return;
    }
    if (CURRENT.get() != this || Thread.currentThread() != owner) {
      throw new IllegalStateException(
          "scope '%s': closed out of order or on another thread (innermost open scope here is '%s'); use try-with-resources"
              .formatted(name, currentName()));
    }
    if (parent == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(parent);
    }
    List<Tensor> mine = tensors;
    tensors = null;
    for (Tensor tensor : mine) {
      if (tensor.scope() == this) {
        tensor.close();
      }
    }
  }
}
