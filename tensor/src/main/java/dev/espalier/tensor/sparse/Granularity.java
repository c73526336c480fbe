package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which weights live or die together: the structure of a {@link Mask}.
 *
 * <p>Groups are tiles of the weight's matrix view (see {@link Tiling}). All but {@link NOfM} ask
 * that a mask be constant inside each group; N:M asks that a group keep at most n elements of each
 * of its rows, the same ones in all.
 *
 * <p>Source of the axis: Blalock, Gonzalez Ortiz, Frankle, Guttag, "What is the State of Neural
 * Network Pruning?", 2020.
 */
public sealed interface Granularity {
  /** Single weights; any shape. */
  record Element() implements Granularity {}

  /** 1×N: n neighbours in a row of the matrix view. */
  record RowVector(int n) implements Granularity {
    public RowVector {
      requirePositive("row-vector", n);
    }
  }

  /** N×1: n neighbours in a column of the matrix view, that is n outputs that share an input. */
  record ColumnVector(int n) implements Granularity {
    public ColumnVector {
      requirePositive("column-vector", n);
    }
  }

  /** Blocks of {@code height} rows and {@code width} columns of the matrix view. */
  record Block(int height, int width) implements Granularity {
    public Block {
      requirePositive("block", Math.min(height, width));
    }
  }

  /**
   * At most n kept in every m neighbours of a row, such as 2:4.
   *
   * @param rows how many consecutive rows keep the same positions
   */
  record NOfM(int n, int m, int rows) implements Granularity {
    public NOfM {
      if (n < 1 || n > m) {
        throw new IllegalArgumentException(
            "granularity n:m: needs 1 <= n <= m but is %d:%d".formatted(n, m));
      }
      requirePositive("n:m rows", rows);
    }

    /** Every row has positions of its own. */
    public NOfM(int n, int m) {
      this(n, m, 1);
    }
  }

  /** The 2-D slices [kh, kw] of a convolution weight [O, I, kh, kw]. */
  record Kernel() implements Granularity {}

  /** Positions of axis 0: filters of a convolution, output neurons (rows) of a linear layer. */
  record Filter() implements Granularity {}

  /** Positions of axis 1: input channels of a convolution, inputs (columns) of a linear layer. */
  record Channel() implements Granularity {}

  /** The whole weight. */
  record Layer() implements Granularity {}

  /**
   * The groups of a weight of this shape.
   *
   * @throws IllegalArgumentException with the {@link #refusal}
   */
  default Tiling over(Shape shape) {
    refusal(shape)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(reason);
            });
    Tiling view = Tiling.elements(shape);
    return new Tiling(
        view.rows(), view.columns(), Math.max(1, height(view)), Math.max(1, width(shape, view)));
  }

  /** Why a weight of this shape has no such groups, or empty if it has. */
  default Optional<String> refusal(Shape shape) {
    int neededRank =
        switch (this) {
          case Kernel _ -> 4;
          case Channel _ -> 2;
          case Filter _ -> 1;
          default -> 0;
        };
    if (this instanceof Kernel ? shape.rank() != neededRank : shape.rank() < neededRank) {
      return Optional.of(
          "granularity %s: needs rank %s%d but the shape is %s"
              .formatted(name(), this instanceof Kernel ? "" : ">= ", neededRank, shape));
    }
    Tiling view = Tiling.elements(shape);
    int height = height(view);
    int width = width(shape, view);
    if (height > 0 && view.rows() % height != 0 || width > 0 && view.columns() % width != 0) {
      return Optional.of(
          "granularity %s: the matrix view %d×%d of shape %s is not divisible into %d×%d groups; pad the layer or choose another size"
              .formatted(name(), view.rows(), view.columns(), shape, height, width));
    }
    return Optional.empty();
  }

  private int height(Tiling view) {
    return switch (this) {
      case Element _, RowVector _, Kernel _, Filter _ -> 1;
      case ColumnVector(int n) -> n;
      case NOfM(int _, int _, int rows) -> rows;
      case Block(int height, int _) -> height;
      case Channel _, Layer _ -> view.rows();
    };
  }

  private int width(Shape shape, Tiling view) {
    return switch (this) {
      case Element _, ColumnVector _ -> 1;
      case RowVector(int n) -> n;
      case NOfM(int _, int m, int _) -> m;
      case Block(int _, int width) -> width;
      case Kernel _ -> shape.dim(2) * shape.dim(3);
      case Channel _ -> shape.dim(1) == 0 ? 1 : view.columns() / shape.dim(1);
      case Filter _, Layer _ -> view.columns();
    };
  }

  /** Number of groups of a weight of this shape. */
  default long groupCount(Shape shape) {
    return over(shape).count();
  }

  /**
   * The group of one element, by its row-major index; in a loop, call {@link #over} once and {@link
   * Tiling#tileOf}.
   */
  default long groupOf(Shape shape, long flat) {
    return over(shape).tileOf(flat);
  }

  /**
   * A name that {@link #parse} reads back: {@code element}, {@code row-vector-4}, {@code
   * block-4x8}, {@code 2:4}, {@code 2:4x4} for four rows of one pattern, {@code filter}, …
   */
  default String name() {
    return switch (this) {
      case Element _ -> "element";
      case RowVector(int n) -> "row-vector-" + n;
      case ColumnVector(int n) -> "column-vector-" + n;
      case Block(int height, int width) -> "block-" + height + "x" + width;
      case NOfM(int n, int m, int rows) -> n + ":" + m + (rows == 1 ? "" : "x" + rows);
      case Kernel _ -> "kernel";
      case Filter _ -> "filter";
      case Channel _ -> "channel";
      case Layer _ -> "layer";
    };
  }

  /** The granularity of a {@link #name()}. */
  static Granularity parse(String name) {
    return switch (name) {
      case "element" -> new Element();
      case "kernel" -> new Kernel();
      case "filter" -> new Filter();
      case "channel" -> new Channel();
      case "layer" -> new Layer();
      default -> parseSized(name);
    };
  }

  private static Granularity parseSized(String name) {
    Matcher sized =
        Pattern.compile(
                "(row-vector-|column-vector-|block-|)(\\d{1,9})(?:([x:])(\\d{1,9})(?:x(\\d{1,9}))?)?")
            .matcher(name);
    if (sized.matches()) {
      int first = Integer.parseInt(sized.group(2));
      int second = sized.group(4) == null ? 0 : Integer.parseInt(sized.group(4));
      int third = sized.group(5) == null ? 1 : Integer.parseInt(sized.group(5));
      switch (sized.group(1) + sized.group(3) + (sized.group(5) == null ? "" : "x")) {
        case "row-vector-null" -> {
          return new RowVector(first);
        }
        case "column-vector-null" -> {
          return new ColumnVector(first);
        }
        case "block-x" -> {
          return new Block(first, second);
        }
        case ":", ":x" -> {
          return new NOfM(first, second, third);
        }
        default -> {}
      }
    }
    throw new IllegalArgumentException(
        "granularity: '%s' is unknown; use element, row-vector-N, column-vector-N, block-HxW, N:M, N:MxROWS, kernel, filter, channel or layer"
            .formatted(name));
  }

  private static void requirePositive(String what, int n) {
    if (n < 1) {
      throw new IllegalArgumentException(
          "granularity %s: sizes must be >= 1 but one is %d".formatted(what, n));
    }
  }
}
