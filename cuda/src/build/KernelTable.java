import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page that lists what every shipped kernel takes from a GPU. */
final class KernelTable {
  private static final List<String> ARCHITECTURES = List.of("sm_80", "sm_90", "sm_100");
  private static final Pattern MOST_THREADS =
      Pattern.compile("\\.entry (\\w+)\\([^)]*\\)\\s*\\.maxntid (\\d+), (\\d+), (\\d+)");

  /** Of a multiprocessor of sm_90. */
  private static final int REGISTERS = 65_536;

  private static final int WARPS = 64;
  private static final int BLOCKS = 32;
  private static final int SHARED_BYTES = 228 * 1024;

  /** How a multiprocessor gives them out; it keeps some shared memory of each block to itself. */
  private static final int REGISTERS_OF_A_STEP = 256;

  private static final int WARPS_OF_A_STEP = 4;
  private static final int SHARED_BYTES_OF_A_STEP = 128;
  private static final int SHARED_BYTES_KEPT = 1024;

  private static final int USUAL_THREADS = 256;

  private KernelTable() {}

  /**
   * The whole page.
   *
   * @param modules the PTX texts by module name
   */
  static String page(Map<String, String> modules) {
    var page =
        new StringBuilder(
            """
            # Kernels

            Registers of a thread as the toolkit's `ptxas` assigns them, static shared memory of a block, bytes
            spilled by a thread; occupancy of sm_90 as registers and that shared memory allow it, in blocks of the
            kernel's launch bound or, where it has none, of 256 threads (`*`). No kernel takes dynamic shared memory.
            Written by `-Dptx=build`.

            | module | kernel | sm_80 | sm_90 | sm_100 | shared | spilled | occupancy |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
            """);
    modules.forEach(
        (module, ptx) -> {
          if (ptx.contains(".extern .shared")) {
            throw new IllegalStateException(
                "%s takes dynamic shared memory, whose size only its launches tell; count it here"
                    .formatted(module));
          }
          rows(module, ptx, page);
        });
    return page.toString();
  }

  private static void rows(String module, String ptx, StringBuilder page) {
    Map<String, Map<String, Usage>> kernels = new TreeMap<>();
    for (Usage usage : Usage.ofManifest(ptx)) {
      kernels
          .computeIfAbsent(usage.kernel(), _ -> new TreeMap<>())
          .put(usage.architecture(), usage);
    }
    Map<String, Integer> bounds = bounds(ptx);
    kernels.forEach(
        (kernel, byArchitecture) -> {
          Usage any = byArchitecture.values().iterator().next();
          Usage hopper = byArchitecture.getOrDefault("sm_90", any);
          page.append("| ").append(module).append(" | ").append(kernel);
          for (String architecture : ARCHITECTURES) {
            Usage usage = byArchitecture.get(architecture);
            page.append(" | ").append(usage == null ? "" : usage.registers());
          }
          Integer bound = bounds.get(kernel);
          page.append(
              " | %d | %d | %d %%%s |\n"
                  .formatted(
                      any.shared(),
                      byArchitecture.values().stream().mapToInt(Usage::spilled).max().orElse(0),
                      occupancy(hopper, bound == null ? USUAL_THREADS : bound),
                      bound == null ? "*" : ""));
        });
  }

  private static Map<String, Integer> bounds(String ptx) {
    Map<String, Integer> bounds = new TreeMap<>();
    Matcher m = MOST_THREADS.matcher(ptx);
    while (m.find()) {
      int threads = 1;
      for (int axis = 2; axis <= 4; axis++) {
        threads *= Integer.parseInt(m.group(axis));
      }
      bounds.put(m.group(1), threads);
    }
    return bounds;
  }

  /**
   * Resident warps as a share of the most, in per cent, by the rules of the CUDA occupancy
   * calculator for compute capability 9.0.
   */
  private static int occupancy(Usage usage, int threads) {
    int warps = Math.ceilDiv(threads, 32);
    int registersOfAWarp = roundUp(usage.registers() * 32, REGISTERS_OF_A_STEP);
    int warpsByRegisters = REGISTERS / registersOfAWarp / WARPS_OF_A_STEP * WARPS_OF_A_STEP;
    int shared = roundUp(usage.shared(), SHARED_BYTES_OF_A_STEP) + SHARED_BYTES_KEPT;
    int blocks = Math.min(BLOCKS, Math.min(WARPS, warpsByRegisters) / warps);
    return 100 * Math.min(blocks, SHARED_BYTES / shared) * warps / WARPS;
  }

  private static int roundUp(int value, int unit) {
    return Math.ceilDiv(value, unit) * unit;
  }
}
