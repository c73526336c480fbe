package dev.espalier.bench.kernel;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Mask;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A sparsity pattern of the Deep Learning Matrix Collection: {@code rows, cols, nnz}, then the row
 * offsets, then the column indices, one line each; gzipped if the name ends in {@code .gz}.
 *
 * <p>Source: Gale, Zaharia, Young, Elsen, "Sparse GPU Kernels for Deep Learning", 2020.
 */
public final class SmtxFile {
  /** More than any matrix of the collection, and little enough to allocate. */
  private static final int MAX_EXTENT = 1 << 20;

  private static final int MAX_NNZ = 1 << 28;

  private final Path file;
  private final InputStream in;
  private int next;

  private SmtxFile(Path file, InputStream in) throws IOException {
    this.file = file;
    this.in = in;
    next = in.read();
  }

  /** What the first line says. */
  public record Header(int rows, int columns, int nnz) {
    public double sparsity() {
      return 1 - nnz / ((double) rows * columns);
    }
  }

  /** A pattern as it was read. */
  public record Contents(CsrPattern pattern) {
    /** The same positions as a mask. */
    public Mask mask() {
      int[] offsets = pattern.rowOffsets();
      int[] columns = pattern.columnIndices();
      int total = Math.multiplyExact(pattern.rows(), pattern.columns());
      boolean[] kept = new boolean[total];
      for (int row = 0; row < pattern.rows(); row++) {
        for (int p = offsets[row]; p < offsets[row + 1]; p++) {
          kept[row * pattern.columns() + columns[p]] = true;
        }
      }
      return Mask.of(Shape.of(pattern.rows(), pattern.columns()), kept);
    }
  }

  /**
   * Reads the first line alone.
   *
   * @throws IllegalArgumentException if the file is not of this format
   */
  public static Header header(Path file) {
    try (InputStream in = open(file)) {
      return new SmtxFile(file, in).header();
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  static Contents read(String file) {
    return read(Path.of(file));
  }

  /**
   * Reads a whole file; every number is checked before it is used.
   *
   * @throws IllegalArgumentException if the file is not of this format
   */
  public static Contents read(Path file) {
    try (InputStream in = open(file)) {
      return new SmtxFile(file, in).contents();
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    return new BufferedInputStream(
        file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw, 1 << 16);
  }

  private Header header() throws IOException {
    int rows = number("rows", MAX_EXTENT);
    separator(',');
    int columns = number("columns", MAX_EXTENT);
    separator(',');
    int nnz = number("nnz", MAX_NNZ);
    if ((long) rows * columns > Integer.MAX_VALUE || nnz > (long) rows * columns) {
      throw malformed(
          "%d entries do not fit a matrix of %d rows and %d columns".formatted(nnz, rows, columns));
    }
    endOfLine("the sizes");
    return new Header(rows, columns, nnz);
  }

  private Contents contents() throws IOException {
    Header header = header();
    int[] offsets = new int[header.rows() + 1];
    for (int row = 0; row < offsets.length; row++) {
      offsets[row] = number("row offset", header.nnz());
      if (row == 0 ? offsets[0] != 0 : offsets[row] < offsets[row - 1]) {
        throw malformed("row offset %d is %d, out of order".formatted(row, offsets[row]));
      }
    }
    if (offsets[header.rows()] != header.nnz()) {
      throw malformed(
          "the last row offset is %d but nnz %d".formatted(offsets[header.rows()], header.nnz()));
    }
    endOfLine("%d row offsets".formatted(offsets.length));
    int[] columns = new int[header.nnz()];
    for (int row = 0; row < header.rows(); row++) {
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        columns[p] = number("column index", header.columns() - 1);
        if (p > offsets[row] && columns[p] <= columns[p - 1]) {
          throw malformed("the column indices of row %d do not ascend".formatted(row));
        }
      }
    }
    endOfLine("%d column indices".formatted(columns.length));
    return new Contents(CsrPattern.of(header.rows(), header.columns(), offsets, columns));
  }

  private int number(String what, int limit) throws IOException {
    skipBlanks();
    if (next < '0' || next > '9') {
      throw malformed("expected a %s but found %s".formatted(what, found()));
    }
    long value = 0;
    while (next >= '0' && next <= '9') {
      value = value * 10 + (next - '0');
      if (value > limit) {
        throw malformed("%s above %d".formatted(what, limit));
      }
      next = in.read();
    }
    return (int) value;
  }

  private void separator(char wanted) throws IOException {
    skipBlanks();
    if (next != wanted) {
      throw malformed("expected '%c' but found %s".formatted(wanted, found()));
    }
    next = in.read();
  }

  private void endOfLine(String after) throws IOException {
    skipBlanks();
    if (next == '\r') {
      next = in.read();
    }
    if (next != '\n' && next != -1) {
      throw malformed("expected the line to end after %s but found %s".formatted(after, found()));
    }
    next = next == -1 ? -1 : in.read();
  }

  private void skipBlanks() throws IOException {
    while (next == ' ' || next == '\t') {
      next = in.read();
    }
  }

  private String found() {
    if (next == -1) {
      return "the end of the file";
    }
    return next > ' ' && next < 127 ? "'" + (char) next + "'" : "byte " + next;
  }

  private IllegalArgumentException malformed(String reason) {
    return new IllegalArgumentException(file + ": " + reason);
  }
}
