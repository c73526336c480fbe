package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.InstructionReport;
import dev.espalier.cuda.emulator.LaunchReport;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What was counted of one launch: its reads of operands, all those of floats and all asynchronous
 * copies, but not of indices.
 *
 * @param what was computed
 * @param access what is asked of it
 */
record CountedLaunch(String what, Access access, LaunchReport report) {
  private static final String HEAD =
      """
      | kernel | case | sectors a request | at best | bank conflicts | registers | occupancy |
      | --- | --- | ---: | ---: | ---: | ---: | ---: |
      """;

  /** How operands are read, and whether tensor cores do, whose loop must be free of conflicts. */
  enum Access {
    ALIGNED(0, false),
    UNALIGNED(1, false),
    /** Runs that are cut, as by the ends of an image's rows, or every other element of runs. */
    SPREAD(3, false),
    /** A few requests, for what all positions share, read a place for each lane. */
    PARTLY_GATHERED(6, false),
    /** Each lane reads a place of its own. */
    GATHERED(32, false),
    ALIGNED_ON_TENSOR_CORES(0, true),
    UNALIGNED_ON_TENSOR_CORES(1, true);

    /** Sectors of a request beyond those that its bytes would fill: runs that begin anywhere. */
    private final int extra;

    private final boolean tensorCores;

    Access(int extra, boolean tensorCores) {
      this.extra = extra;
      this.tensorCores = tensorCores;
    }
  }

  private static boolean readsOperand(InstructionReport line) {
    return line.kind() == InstructionClass.ASYNC_COPY
        || line.kind() == InstructionClass.GLOBAL_LOAD && line.opcode().endsWith(".f32");
  }

  private long sum(ToLongFunction<InstructionReport> part) {
    return report.lines().stream().filter(CountedLaunch::readsOperand).mapToLong(part).sum();
  }

  void check() {
    long requests = sum(InstructionReport::globalRequests);
    long ideal = sum(InstructionReport::idealSectors);
    assertThat(requests).as(report.summary()).isPositive();
    assertThat(sum(InstructionReport::sectors))
        .as("sectors of %d requests: %s, %s", requests, what, report.summary())
        .isBetween(ideal, ideal + access.extra * requests);
    if (access.tensorCores) {
      assertThat(report.bankConflicts()).as("conflicts: %s", report.summary()).isZero();
    }
  }

  private String row() {
    double requests = sum(InstructionReport::globalRequests);
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.2f | %.2f | %d | %d | %.0f %% |\n",
        report.kernel(),
        what,
        sum(InstructionReport::sectors) / requests,
        sum(InstructionReport::idealSectors) / requests,
        report.bankConflicts(),
        report.resources().registersPerThread(),
        100 * report.occupancy().share());
  }

  /**
   * As Markdown, without f16, whose kernels are those of bf16 but for the instructions of the type.
   */
  static String table(List<CountedLaunch> all) {
    var table = new StringBuilder(HEAD);
    all.stream()
        .filter(launch -> !launch.report.kernel().contains("_f16"))
        .forEach(launch -> table.append(launch.row()));
    return table.toString();
  }
}
