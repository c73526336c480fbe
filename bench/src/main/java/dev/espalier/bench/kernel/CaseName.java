package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem.Pass;
import java.util.Locale;

/**
 * One thing to measure.
 *
 * @param kernel {@code gemm spmm spmv sddmm conv2d ...}
 * @param pass forward, or one of the gradients
 * @param format of the weight: {@code dense csr vector-4x1 bsr-16 nm-2:4 nm-2:4x4 int8 ...}
 * @param shape in the notation of the kernel's family; for products {@code M×K×N} as {@code MxKxN},
 *     the weight being [M, K]
 * @param sparsity fraction of zeros in the weight
 * @param pattern file that holds the weight's pattern, or empty for a random one
 */
public record CaseName(
    String kernel, Pass pass, String format, String shape, double sparsity, String pattern) {
  public static final String DENSE = "dense";

  private static final int FIELDS = 5;

  public CaseName {
    if (!(sparsity >= 0 && sparsity <= 1)) {
      throw new IllegalArgumentException("sparsity must be from 0 to 1 but is " + sparsity);
    }
  }

  public CaseName(String kernel, Pass pass, String format, String shape, double sparsity) {
    this(kernel, pass, format, shape, sparsity, "");
  }

  public boolean isDense() {
    return format.equals(DENSE);
  }

  /** {@code forward}, {@code dx} or {@code dw}. */
  public String passName() {
    return pass.name().toLowerCase(Locale.ROOT);
  }

  /** The fields in order, separated by spaces, such as {@code spmm dx csr 512x512x768 0.9}. */
  @Override
  public String toString() {
    String text = "%s %s %s %s %s".formatted(kernel, passName(), format, shape, number(sparsity));
    return pattern.isEmpty() ? text : text + " " + pattern;
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static CaseName parse(String text) {
    String[] fields = text.split(" ", FIELDS + 1);
    if (fields.length < FIELDS) {
      throw new IllegalArgumentException(
          "a case is 'kernel pass format shape sparsity [pattern file]' but this is '%s'"
              .formatted(text));
    }
    String pattern = fields.length > FIELDS ? fields[FIELDS] : "";
    return new CaseName(
        fields[0],
        Pass.valueOf(fields[1].toUpperCase(Locale.ROOT)),
        fields[2],
        fields[3],
        Double.parseDouble(fields[4]),
        pattern);
  }
}
