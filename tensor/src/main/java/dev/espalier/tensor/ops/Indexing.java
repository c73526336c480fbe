package dev.espalier.tensor.ops;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;

/**
 * Gathering, scattering, joining and padding. Indices are int64 and are checked before anything is
 * read or written.
 */
public final class Indexing {
  private Indexing() {}

  /**
   * {@code out[k…, :] = x[index[k…], :]}; x [R, …] of any type, index of any shape, out [index…,
   * …]. PyTorch: {@code embedding}, {@code index_select(x, 0, index)}.
   */
  public static Tensor gatherRows(Tensor x, Tensor index) {
    Check.type("gatherRows", "index", index, DType.INT64);
    Check.device("gatherRows", x, index);
    if (x.rank() == 0) {
      throw Check.refuse("gatherRows", "needs at least one axis but got a scalar");
    }
    int width = rowSize(x.shape());
    Shape shape = joined(index.shape(), x.shape().without(0));
    try (Tensor rows = x.rank() == 2 ? x.alias() : x.reshape(x.dim(0), width);
        Tensor flat = index.reshape(Math.toIntExact(index.size()));
        Tensor out = Tensor.empty(x.dtype(), Shape.of(flat.dim(0), width), x.device());
        Tensor dense = flat.contiguous()) {
      Check.indices("gatherRows", dense, x.dim(0));
      try (var use = Use.of("gatherRows", rows, dense, out)) {
        use.backend().gatherRows(rows, dense, out);
      }
      return out.reshape(shape);
    }
  }

  /**
   * {@code out[index[k…], :] += source[k…, :]} in order of k, in place; out [R, …] contiguous,
   * source [index…, …]. Returns out. PyTorch: {@code out.index_add_(0, index, source)}.
   */
  public static Tensor scatterAddRows(Tensor source, Tensor index, Tensor out) {
    String name = "scatterAddRows";
    Check.compute(name, out, source);
    Check.type(name, "index", index, DType.INT64);
    Check.device(name, out, index);
    Check.contiguous(name, "out", out);
    if (out.rank() == 0) {
      throw Check.refuse(name, "out needs at least one axis but is a scalar");
    }
    Check.shape(name, "source", source, joined(index.shape(), out.shape().without(0)));
    int width = rowSize(out.shape());
    try (Tensor rows = out.reshape(out.dim(0), width);
        Tensor flat = index.reshape(Math.toIntExact(index.size()));
        Tensor dense = flat.contiguous();
        Tensor added = source.reshape(flat.dim(0), width)) {
      Check.indices(name, dense, out.dim(0));
      try (var use = Use.of(name, added, dense, rows)) {
        use.backend().scatterAddRows(added, dense, rows);
      }
    }
    out.touched();
    return out;
  }

  /**
   * {@code out[r] = x[r, index[r]]}; x [R, C], index [R]. PyTorch: {@code x.gather(1, index[:,
   * None])[:, 0]}.
   */
  public static Tensor pick(Tensor x, Tensor index) {
    Check.compute("pick", x);
    Check.rank("pick", "input", x, 2, "[R, C]");
    checkLabels("pick", index, x.dim(0), x);
    Tensor out = Tensor.empty(x.dtype(), index.shape(), x.device());
    try (Tensor dense = index.contiguous()) {
      Check.indices("pick", dense, x.dim(1));
      try (var use = Use.of("pick", x, dense, out)) {
        use.backend().pick(x, dense, out);
      }
    }
    return out;
  }

  /**
   * {@code out[r, index[r]] = source[r]}, zero elsewhere; source [R], index [R], out [R, columns]:
   * the gradient of {@link #pick}.
   */
  public static Tensor unpick(Tensor source, Tensor index, int columns) {
    Check.compute("unpick", source);
    Check.rank("unpick", "source", source, 1, "[R]");
    checkLabels("unpick", index, source.dim(0), source);
    Tensor out = Tensor.empty(source.dtype(), Shape.of(source.dim(0), columns), source.device());
    try (Tensor dense = index.contiguous()) {
      Check.indices("unpick", dense, columns);
      try (var use = Use.of("unpick", source, dense, out)) {
        use.backend().unpick(source, dense, out);
      }
    }
    return out;
  }

  /**
   * Joins tensors of one type along an axis; the other extents agree. PyTorch: {@code torch.cat}.
   */
  public static Tensor concat(int axis, Tensor... parts) {
    if (parts.length == 0) {
      throw Check.refuse("concat", "needs at least one tensor");
    }
    Check.same("concat", parts);
    Shape first = parts[0].shape();
    int normal = first.axis(axis);
    long extent = 0;
    for (Tensor part : parts) {
      if (part.rank() != first.rank()
          || !part.shape().with(normal, first.dim(normal)).equals(first)) {
        throw Check.refuse(
            "concat",
            "shapes %s and %s differ in another axis than %d"
                .formatted(first, part.shape(), normal));
      }
      extent += part.dim(normal);
    }
    Tensor out =
        Tensor.empty(
            parts[0].dtype(), first.with(normal, Math.toIntExact(extent)), parts[0].device());
    int at = 0;
    for (Tensor part : parts) {
      try (Tensor place = out.narrow(normal, at, part.dim(normal))) {
        place.copyFrom(part);
      }
      at += part.dim(normal);
    }
    return out;
  }

  /**
   * x surrounded by a constant: {@code before[i]} and {@code after[i]} positions along axis i.
   * PyTorch: {@code pad(mode='constant')}.
   */
  public static Tensor pad(Tensor x, int[] before, int[] after, double value) {
    if (before.length != x.rank() || after.length != x.rank()) {
      throw Check.refuse(
          "pad",
          "needs one amount before and after for each axis of %s but got %d and %d"
              .formatted(x.shape(), before.length, after.length));
    }
    int[] dims = x.shape().toArray();
    for (int axis = 0; axis < dims.length; axis++) {
      if (before[axis] < 0 || after[axis] < 0) {
        throw Check.refuse(
            "pad",
            "amounts must be >= 0 but axis %d has %d and %d; narrow to cut"
                .formatted(axis, before[axis], after[axis]));
      }
      dims[axis] = Math.addExact(dims[axis], Math.addExact(before[axis], after[axis]));
    }
    Tensor out = Tensor.empty(x.dtype(), Shape.of(dims), x.device()).fill(value);
    copyInto(out, x, before, 0);
    return out;
  }

  /** Copies x to its place in the padded tensor, narrowing one axis after another. */
  private static void copyInto(Tensor place, Tensor x, int[] before, int axis) {
    if (axis == x.rank()) {
      place.copyFrom(x);
      return;
    }
    try (Tensor narrower = place.narrow(axis, before[axis], x.dim(axis))) {
      copyInto(narrower, x, before, axis + 1);
    }
  }

  /**
   * {@code out[…, index[…]] = 1}, zero elsewhere; index of any shape, out [index…, classes].
   * PyTorch: {@code one_hot}.
   */
  public static Tensor oneHot(Tensor index, int classes, DType dtype) {
    try (Tensor flat = index.reshape(Math.toIntExact(index.size()));
        Tensor one = Tensor.empty(dtype, Shape.SCALAR, index.device()).fill(1);
        Tensor ones = one.expand(flat.shape());
        Tensor rows = unpick(ones, flat, classes)) {
      return rows.reshape(joined(index.shape(), Shape.of(classes)));
    }
  }

  private static void checkLabels(String name, Tensor index, int rows, Tensor x) {
    Check.type(name, "index", index, DType.INT64);
    Check.device(name, x, index);
    Check.shape(name, "index", index, Shape.of(rows));
  }

  private static int rowSize(Shape shape) {
    return Math.toIntExact(shape.without(0).size());
  }

  private static Shape joined(Shape front, Shape back) {
    int[] dims = new int[front.rank() + back.rank()];
    System.arraycopy(front.toArray(), 0, dims, 0, front.rank());
    System.arraycopy(back.toArray(), 0, dims, front.rank(), back.rank());
    return Shape.of(dims);
  }
}
