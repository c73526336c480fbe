package dev.espalier.cuda.ops;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Operands of one shape and different strides, cut into pieces that a kernel takes: at most {@value
 * #MOST_AXES} axes, after those that are one run of memory in every operand were merged, and at
 * most 2^30 elements.
 */
final class StridedPieces {
  /** {@code MAX_AXES} of common.cuh. */
  private static final int MOST_AXES = 6;

  private static final long MOST_ELEMENTS = 1L << 30;

  /** One merged axis: its extent and each operand's distance in elements between neighbours. */
  record Axis(long extent, long[] strides) {
    private Axis shortened(long part) {
      return new Axis(part, strides);
    }
  }

  /** What is done with one piece. */
  @FunctionalInterface
  interface Piece {
    /**
     * Receives one piece.
     *
     * @param elements how many there are, more than 0
     * @param starts each operand's first element
     */
    void visit(StridedPieces piece, int elements, long[] starts);
  }

  private final int operands;
  private final List<Axis> axes;

  private StridedPieces(int operands, List<Axis> axes) {
    this.operands = operands;
    this.axes = axes;
  }

  /** The merged axes of operands of that shape, innermost first. */
  static StridedPieces of(int[] dims, long[]... strides) {
    List<Axis> axes = new ArrayList<>();
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      if (dims[axis] == 1) {
        continue;
      }
      long[] own = new long[strides.length];
      for (int k = 0; k < own.length; k++) {
        own[k] = strides[k][axis];
      }
      Axis last = axes.isEmpty() ? null : axes.getLast();
      if (last != null && continues(last, own)) {
        axes.set(axes.size() - 1, last.shortened(last.extent * dims[axis]));
      } else {
        axes.add(new Axis(dims[axis], own));
      }
    }
    if (axes.isEmpty()) {
      axes.add(new Axis(1, ones(strides.length)));
    }
    return new StridedPieces(strides.length, axes);
  }

  /** A single element counts as a run of memory. */
  private static long[] ones(int count) {
    long[] ones = new long[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static boolean continues(Axis inner, long[] outer) {
    for (int k = 0; k < outer.length; k++) {
      if (outer[k] != inner.strides[k] * inner.extent) {
        return false;
      }
    }
    return true;
  }

  /** Innermost first. */
  List<Axis> axes() {
    return axes;
  }

  long elements() {
    long product = 1;
    for (Axis axis : axes) {
      product *= axis.extent;
    }
    return product;
  }

  /** Whether a kernel takes all of it at once. */
  boolean isOnePiece() {
    return axes.size() <= MOST_AXES && elements() <= MOST_ELEMENTS;
  }

  /** The same elements, with those of operand 0 in row-major order without gaps. */
  StridedPieces readDensely() {
    List<Axis> dense = new ArrayList<>();
    long step = 1;
    for (Axis axis : axes) {
      long[] strides = axis.strides.clone();
      strides[0] = step;
      step *= axis.extent;
      dense.add(new Axis(axis.extent, strides));
    }
    return new StridedPieces(operands, dense);
  }

  /** The axes but some. */
  StridedPieces without(Axis... gone) {
    List<Axis> rest = new ArrayList<>(axes);
    rest.removeAll(List.of(gone));
    if (rest.isEmpty()) {
      rest.add(new Axis(1, ones(operands)));
    }
    return new StridedPieces(operands, rest);
  }

  /** Visits all pieces in row-major order; none if there are no elements. */
  void forEach(Piece piece) {
    if (elements() > 0) {
      visit(axes, new long[operands], piece);
    }
  }

  private void visit(List<Axis> rest, long[] starts, Piece piece) {
    var here = new StridedPieces(operands, rest);
    if (here.isOnePiece()) {
      piece.visit(here, (int) here.elements(), starts.clone());
      return;
    }
    Axis outer = rest.getLast();
    List<Axis> inner = rest.subList(0, rest.size() - 1);
    long innerElements = new StridedPieces(operands, inner).elements();
    long part = inner.size() >= MOST_AXES ? 1 : Math.max(1, MOST_ELEMENTS / innerElements);
    for (long at = 0; at < outer.extent; at += part) {
      List<Axis> cut = new ArrayList<>(inner);
      long length = Math.min(part, outer.extent - at);
      if (length > 1 || cut.isEmpty()) {
        cut.add(outer.shortened(length));
      }
      long[] moved = starts.clone();
      for (int k = 0; k < operands; k++) {
        moved[k] += at * outer.strides[k];
      }
      visit(cut, moved, piece);
    }
  }

  /** The struct {@code Strided<operands>} of common.cuh. */
  ByteBuffer build() {
    var fields = new Fields().int32(axes.size());
    for (int axis = 0; axis < MOST_AXES; axis++) {
      fields.divisor(axis < axes.size() ? (int) axes.get(axis).extent : 1);
    }
    for (int k = 0; k < operands; k++) {
      for (int axis = 0; axis < MOST_AXES; axis++) {
        fields.int64(axis < axes.size() ? axes.get(axis).strides[k] : 0);
      }
    }
    return fields.build();
  }
}
