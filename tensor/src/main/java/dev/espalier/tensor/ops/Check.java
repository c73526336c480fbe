package dev.espalier.tensor.ops;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The checks that operations share; null operands are absent ones. */
final class Check {
  private Check() {}

  static IllegalArgumentException refuse(String operation, String rule) {
    return new IllegalArgumentException(operation + ": " + rule);
  }

  /** All operands compute in one floating type and lie on one device. */
  static void compute(String operation, Tensor... operands) {
    Tensor first = operands[0];
    if (!first.dtype().isCompute()) {
      throw refuse(
          operation,
          ("arithmetic needs float32 or float64 but an operand is %s of shape %s; convert it with"
                  + " to(DType.FLOAT32)")
              .formatted(first.dtype(), first.shape()));
    }
    same(operation, operands);
  }

  /** All operands have one type and lie on one device. */
  static void same(String operation, Tensor... operands) {
    Tensor first = operands[0];
    for (Tensor other : operands) {
      if (other != null && other.dtype() != first.dtype()) {
        throw refuse(
            operation,
            ("operands have different types, %s (shape %s) and %s (shape %s); convert one with"
                    + " to(DType)")
                .formatted(first.dtype(), first.shape(), other.dtype(), other.shape()));
      }
    }
    device(operation, operands);
  }

  /** All operands lie on one device. */
  static void device(String operation, Tensor... operands) {
    Device device = operands[0].device();
    for (Tensor other : operands) {
      if (other != null && !other.device().equals(device)) {
        throw refuse(
            operation,
            "operands are on different devices, %s and %s; move one with to(device)"
                .formatted(device, other.device()));
      }
    }
  }

  static void type(String operation, String role, Tensor tensor, DType wanted) {
    if (tensor.dtype() != wanted) {
      throw refuse(
          operation,
          "%s must be %s but is %s; convert it with to(DType.%s)"
              .formatted(role, wanted, tensor.dtype(), wanted.name()));
    }
  }

  static void rank(String operation, String role, Tensor tensor, int rank, String layout) {
    if (tensor.rank() != rank) {
      throw refuse(
          operation, "%s must be %s but has shape %s".formatted(role, layout, tensor.shape()));
    }
  }

  static void shape(String operation, String role, Tensor tensor, Shape wanted) {
    if (tensor != null && !tensor.shape().equals(wanted)) {
      throw refuse(
          operation, "%s must have shape %s but has %s".formatted(role, wanted, tensor.shape()));
    }
  }

  static void contiguous(String operation, String role, Tensor tensor) {
    if (tensor != null && !tensor.isContiguous()) {
      throw refuse(
          operation,
          ("%s is written in place and must be contiguous, but shape %s has strides %s; write to a"
                  + " contiguous copy")
              .formatted(role, tensor.shape(), Arrays.toString(tensor.strides())));
    }
  }

  /**
   * Every index lies in [0, bound); looked at on the host only, since reading device memory back
   * would stall it.
   */
  static void indices(String operation, Tensor index, int bound) {
    if (!index.device().equals(Device.CPU)) {
      return;
    }
    MemorySegment values = index.segment();
    for (long k = 0; k < index.size(); k++) {
      long value = values.getAtIndex(Elements.LONG, k);
      if (value < 0 || value >= bound) {
        throw new IndexOutOfBoundsException(
            "%s: index %d at position %d lies outside [0, %d)"
                .formatted(operation, value, k, bound));
      }
    }
  }
}
