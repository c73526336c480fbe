package dev.espalier.tensor;

import dev.espalier.tensor.spi.Backend;

/**
 * Holds the tensors of one kernel call: checks that they are open and on one device, and keeps
 * their memory alive until closed.
 *
 * <pre>{@code
 * try (var use = Use.of("matmul", a, b, out)) {
 *   use.backend().gemm(…);
 * }
 * }</pre>
 */
public final class Use implements AutoCloseable {
  private final Tensor[] tensors;
  private int held;

  private Use(Tensor[] tensors) {
    this.tensors = tensors;
  }

  /**
   * Acquires tensors for a kernel; nulls (absent optional operands) are skipped.
   *
   * @throws IllegalStateException if one is closed
   * @throws IllegalArgumentException if they are on different devices (both are named)
   */
  public static Use of(String operation, Tensor... tensors) {
    Device device = null;
    for (Tensor tensor : tensors) {
      if (tensor == null) {
        continue;
      }
      if (device == null) {
        device = tensor.device();
      } else if (!device.equals(tensor.device())) {
        throw new IllegalArgumentException(
            "%s: operands are on different devices, %s and %s; move one with to(device)"
                .formatted(operation, device, tensor.device()));
      }
    }
    return storages(operation, tensors);
  }

  /** Acquires tensors that may lie on different devices. */
  static Use storages(String operation, Tensor... tensors) {
    var use = new Use(tensors);
    for (Tensor tensor : tensors) {
      if (tensor != null && (tensor.isClosed() || !tensor.storage().tryRetain())) {
        use.close();
        tensor.checkOpen(operation);
        throw new IllegalStateException(operation + ": an operand was closed by another thread");
      }
      use.held++;
    }
    return use;
  }

  /** The backend of the tensors' device. */
  public Backend backend() {
    for (Tensor tensor : tensors) {
      if (tensor != null) {
        return Backends.of(tensor.device());
      }
    }
    return Backends.of(Device.CPU);
  }

  @Override
  public void close() {
    for (int i = 0; i < held; i++) {
      if (tensors[i] != null) {
        tensors[i].storage().release();
      }
    }
    held = 0;
  }
}
