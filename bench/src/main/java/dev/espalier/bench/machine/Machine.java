package dev.espalier.bench.machine;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The runtime and the machine of this process.
 *
 * @param jdk version, vendor and virtual machine of the Java runtime
 * @param os operating system, its version and the architecture
 * @param cpu name of the processor, or the architecture where the system does not tell
 * @param cores processors that the runtime may use
 * @param memoryBytes memory of the machine, or of the container around this process
 * @param heapBytes limit of the Java heap
 * @param directBytes limit of the memory outside the heap, where tensors lie
 */
public record Machine(
    String jdk,
    String os,
    String cpu,
    int cores,
    long memoryBytes,
    long heapBytes,
    long directBytes) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Looks at the running process. */
  public static Machine detect() {
    return new Machine(
        "%s, %s, %s"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor"),
                System.getProperty("java.vm.name")),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        cpuName(),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
        Runtime.getRuntime().maxMemory(),
        directLimit());
  }

  /** Without the option, the JVM allows as much as for the heap. */
  private static long directLimit() {
    String option =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .getVMOption("MaxDirectMemorySize")
            .getValue();
    long bytes = Long.parseLong(option);
    return bytes == 0 ? Runtime.getRuntime().maxMemory() : bytes;
  }

  private static String cpuName() {
    if (!Files.isReadable(CPU_INFO)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException _) {
      return System.getProperty("os.arch");
    }
  }
}
