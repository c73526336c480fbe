package dev.espalier.bench.command;

import java.util.List;
import java.util.spi.ToolProvider;
import picocli.CommandLine;

/** The tools that other modules offer by name: no arrow leads from here to the GPU's module. */
final class GpuTools {
  private GpuTools() {}

  /**
   * Runs a tool with this command's streams.
   *
   * @param remedy what to do if it is not there
   */
  static int run(String name, CommandLine line, List<String> arguments, String remedy) {
    ToolProvider tool =
        ToolProvider.findFirst(name)
            .orElseThrow(
                () -> new IllegalStateException("%s is not here; %s".formatted(name, remedy)));
    return tool.run(line.getOut(), line.getErr(), arguments.toArray(String[]::new));
  }
}
