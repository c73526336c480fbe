package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import dev.espalier.tensor.spi.ReduceOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Reductions of float32 tensors.
 *
 * <p>Contiguous axes that are neighbours and share their fate are merged, which leaves alternating
 * runs of kept and reduced extents. Two loops do the work: along rows where the innermost run is
 * reduced, down columns where it is kept. Sums are taken over pieces of at most {@value #PIECE}
 * elements of a row or {@value #ROWS} rows; pieces of a row are joined in double.
 */
final class VectorReduce {
  private static final int PIECE = 4096;
  private static final int ROWS = 512;
  private static final long COLUMN_BLOCK = 1024;

  /** Fewer outputs than this are not worth sharing among threads; their pieces are. */
  private static final long FEW_OUTPUTS = 16;

  private VectorReduce() {}

  static void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) {
    Fold fold = Fold.of(op);
    if (x.size() == 0) {
      VectorFill.floats(out.segment(), 0, out.size(), fold.identity);
      return;
    }
    try (Tensor copy = Dense.copyIfStrided(x)) {
      Tensor dense = Dense.of(x, copy);
      long[] runs = new long[axes.length + 1];
      Arrays.fill(runs, 1);
      int count = 0;
      boolean lastReduced = false;
      for (int axis = 0; axis < axes.length; axis++) {
        if (x.dim(axis) == 1) {
          continue;
        }
        if (count == 0 || axes[axis] != lastReduced) {
          count++;
          lastReduced = axes[axis];
        }
        runs[count - 1] *= x.dim(axis);
      }
      reduce(
          fold,
          dense.segment(),
          Arrays.copyOf(runs, Math.max(1, count)),
          lastReduced,
          out.segment());
    }
  }

  private static void reduce(
      Fold fold, MemorySegment x, long[] runs, boolean lastReduced, MemorySegment out) {
    if (lastReduced) {
      reduceRows(fold, x, runs, out);
    } else {
      reduceColumns(fold, x, runs, out);
    }
  }

  /** Runs [..., kept, reduced]. */
  private static void reduceRows(Fold fold, MemorySegment x, long[] runs, MemorySegment out) {
    int last = runs.length - 1;
    long length = runs[last];
    long kept = last > 0 ? runs[last - 1] : 1;
    if (last <= 1) {
      alongRows(fold, x, 1, kept, length, out);
    } else if (last == 2 && length >= 2L * Lanes.COUNT) {
      alongRows(fold, x, runs[0], kept, length, out);
    } else if (last == 2) {
      try (Tensor columns = temporary(kept * length)) {
        downColumns(fold, x, 1, runs[0], kept * length, columns.segment());
        alongRows(fold.ofParts(), columns.segment(), 1, kept, length, out);
      }
    } else {
      long[] rest = Arrays.copyOf(runs, last);
      try (Tensor rows = temporary(product(rest))) {
        alongRows(fold, x, 1, product(rest), length, rows.segment());
        reduceColumns(fold.ofParts(), rows.segment(), rest, out);
      }
    }
  }

  /** Runs [..., reduced, kept]. */
  private static void reduceColumns(Fold fold, MemorySegment x, long[] runs, MemorySegment out) {
    int last = runs.length - 1;
    long width = runs[last];
    long rows = last > 0 ? runs[last - 1] : 1;
    long[] rest = Arrays.copyOf(runs, Math.max(0, last - 1));
    long groups = product(rest);
    if (last <= 2) {
      downColumns(fold, x, groups, rows, width, out);
      return;
    }
    try (Tensor columns = temporary(groups * width)) {
      downColumns(fold, x, groups, rows, width, columns.segment());
      rest[rest.length - 1] *= width;
      reduceColumns(fold.ofParts(), columns.segment(), rest, out);
    }
  }

  /** {@code out[k] = fold over p, r of x[p, k, r]}. */
  private static void alongRows(
      Fold fold, MemorySegment x, long planes, long kept, long length, MemorySegment out) {
    FoldLoop loop = FoldLoop.of(fold);
    Fold parts = fold.ofParts();
    long perRow = (length + PIECE - 1) / PIECE;
    if (kept >= FEW_OUTPUTS || planes * length <= Parallel.GRAIN) {
      Parallel.rows(
          kept,
          planes * length,
          (from, to) -> {
            for (long k = from; k < to; k++) {
              double value = parts.identity;
              for (long piece = 0; piece < planes * perRow; piece++) {
                value = parts.merge(value, piece(loop, x, kept, length, k, piece));
              }
              out.setAtIndex(ValueLayout.JAVA_FLOAT, k, (float) value);
            }
          });
      return;
    }
    float[] results = new float[Math.toIntExact(kept * planes * perRow)];
    Parallel.rows(
        results.length,
        Math.min(PIECE, length),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            results[(int) i] =
                piece(loop, x, kept, length, i / (planes * perRow), i % (planes * perRow));
          }
        });
    for (int k = 0; k < kept; k++) {
      double value = parts.identity;
      for (int piece = 0; piece < planes * perRow; piece++) {
        value = parts.merge(value, results[(int) (k * planes * perRow) + piece]);
      }
      out.setAtIndex(ValueLayout.JAVA_FLOAT, k, (float) value);
    }
  }

  private static float piece(
      FoldLoop loop, MemorySegment x, long kept, long length, long k, long piece) {
    long perRow = (length + PIECE - 1) / PIECE;
    long plane = piece / perRow;
    long start = piece % perRow * PIECE;
    long offset = (plane * kept + k) * length + start;
    return loop.row(x, offset * Float.BYTES, Math.min(PIECE, length - start));
  }

  /** {@code out[g, j] = fold over r of x[g, r, j]}. */
  private static void downColumns(
      Fold fold, MemorySegment x, long groups, long rows, long width, MemorySegment out) {
    if (rows <= ROWS) {
      columnPieces(fold, x, groups, rows, rows, width, out);
      return;
    }
    long pieces = (rows + ROWS - 1) / ROWS;
    try (Tensor between = temporary(groups * pieces * width)) {
      columnPieces(fold, x, groups, rows, ROWS, width, between.segment());
      downColumns(fold.ofParts(), between.segment(), groups, pieces, width, out);
    }
  }

  /** {@code out[g, p, j]}: the fold over the rows of piece p. */
  private static void columnPieces(
      Fold fold,
      MemorySegment x,
      long groups,
      long rows,
      long rowsPerPiece,
      long width,
      MemorySegment out) {
    FoldLoop loop = FoldLoop.of(fold);
    long pieces = (rows + rowsPerPiece - 1) / rowsPerPiece;
    long blocks = (width + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
    Parallel.rows(
        groups * pieces * blocks,
        rowsPerPiece * Math.min(width, COLUMN_BLOCK),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long column = i % blocks * COLUMN_BLOCK;
            long piece = i / blocks;
            long group = piece / pieces;
            long row = piece % pieces * rowsPerPiece;
            loop.columns(
                x,
                ((group * rows + row) * width + column) * Float.BYTES,
                Math.min(rowsPerPiece, rows - row),
                width * Float.BYTES,
                out,
                (piece * width + column) * Float.BYTES,
                Math.min(COLUMN_BLOCK, width - column));
          }
        });
  }

  private static Tensor temporary(long size) {
    return Tensor.empty(DType.FLOAT32, Shape.of(Math.toIntExact(size)));
  }

  private static long product(long[] extents) {
    long product = 1;
    for (long extent : extents) {
      product *= extent;
    }
    return product;
  }

  /** Along the last axis of a contiguous tensor. */
  static void argmax(Tensor x, Tensor out) {
    int width = x.dim(-1);
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    FoldLoop max = FoldLoop.of(Fold.MAX);
    Parallel.rows(
        out.size(),
        width,
        (first, last) -> {
          for (long row = first; row < last; row++) {
            float largest = max.row(from, row * width * Float.BYTES, width);
            long index = row * width;
            while (!same(from.getAtIndex(ValueLayout.JAVA_FLOAT, index), largest)) {
              index++;
            }
            to.setAtIndex(Elements.LONG, row, index - row * width);
          }
        });
  }

  /** Whether they are equal, both zeros or both NaN. */
  private static boolean same(float a, float b) {
    return a == b || (Float.isNaN(a) && Float.isNaN(b));
  }
}
