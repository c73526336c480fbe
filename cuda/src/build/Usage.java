import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a compiled kernel takes on one architecture, as the manifest of a PTX file records it.
 *
 * @param architecture such as {@code sm_90}
 * @param kernel the entry name
 * @param registers 32-bit registers of a thread
 * @param shared static shared memory of a block, in bytes
 * @param local local memory of a thread, spilled registers included, in bytes
 * @param spilled bytes that a thread stores for want of registers
 */
record Usage(
    String architecture, String kernel, int registers, int shared, int local, int spilled) {
  private static final String START = "// usage ";

  private static final Pattern PTXAS =
      Pattern.compile(
          "Compiling entry function '([^']+)'.*?(\\d+) bytes stack frame, (\\d+) bytes spill stores"
              + ".*?Used (\\d+) registers([^\\n]*)",
          Pattern.DOTALL);
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");
  private static final Pattern LINE =
      Pattern.compile(
          "(?m)^// usage (\\w+) (\\S+) registers (\\d+) shared (\\d+) local (\\d+) spilled"
              + " (\\d+)$");

  /** What {@code ptxas -v} says of one module. */
  static List<Usage> ofPtxas(String architecture, String output) {
    List<Usage> all = new ArrayList<>();
    Matcher m = PTXAS.matcher(output);
    while (m.find()) {
      Matcher shared = SHARED.matcher(m.group(5));
      all.add(
          new Usage(
              architecture,
              m.group(1),
              Integer.parseInt(m.group(4)),
              shared.find() ? Integer.parseInt(shared.group(1)) : 0,
              Integer.parseInt(m.group(2)),
              Integer.parseInt(m.group(3))));
    }
    return all;
  }

  /** What a manifest records. */
  static List<Usage> ofManifest(String ptx) {
    List<Usage> all = new ArrayList<>();
    Matcher m = LINE.matcher(ptx);
    while (m.find()) {
      all.add(
          new Usage(
              m.group(1),
              m.group(2),
              Integer.parseInt(m.group(3)),
              Integer.parseInt(m.group(4)),
              Integer.parseInt(m.group(5)),
              Integer.parseInt(m.group(6))));
    }
    return all;
  }

  /** The manifest's line. */
  String line() {
    return START
        + "%s %s registers %d shared %d local %d spilled %d\n"
            .formatted(architecture, kernel, registers, shared, local, spilled);
  }
}
