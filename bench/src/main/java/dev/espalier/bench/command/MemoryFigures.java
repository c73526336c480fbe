package dev.espalier.bench.command;

import dev.espalier.tensor.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the process holds in memory, in one line. */
final class MemoryFigures {
  private static final Path STATUS = Path.of("/proc/self/status");

  private MemoryFigures() {}

  static String line(long step) {
    Memory.Stats stats = Memory.stats();
    return "step %d: %d bytes in use, %d bytes cached, resident %s"
        .formatted(step, stats.bytesInUse(), stats.bytesCached(), resident());
  }

  private static String resident() {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> line.substring("VmRSS:".length()).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException _) {
      return "unknown"; // only Linux has this file
    }
  }
}
