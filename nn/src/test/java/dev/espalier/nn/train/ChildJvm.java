package dev.espalier.nn.train;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Tensor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Starts a main class of the test tree in a process of its own, on the class path. */
final class ChildJvm {
  private ChildJvm() {}

  /** A builder whose output goes to this process's. */
  static ProcessBuilder of(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      command.add("--add-modules");
      command.add("jdk.incubator.vector");
    }
    command.add("-Xmx512m");
    command.add("-cp");
    command.add(classPath(main, Module.class, Variable.class, Tensor.class));
    command.add(main.getName());
    Collections.addAll(command, arguments);
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /** Runs to the end and returns what it printed. */
  static String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    Process process = of(main, arguments).start();
    String output;
    try (var in = process.getInputStream()) {
      output = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
    if (process.waitFor() != 0) {
      throw new IOException(main.getSimpleName() + " failed: " + output);
    }
    return output;
  }

  private static String classPath(Class<?>... classes) {
    Set<String> roots = new LinkedHashSet<>();
    for (Class<?> type : classes) {
      roots.add(root(type));
    }
    return String.join(System.getProperty("path.separator"), roots);
  }

  /** A patched module's code source is the module, so the class file itself is asked. */
  private static String root(Class<?> type) {
    String file = '/' + type.getName().replace('.', '/') + ".class";
    String url = String.valueOf(type.getResource(file));
    if (url.startsWith("jar:")) {
      return Path.of(URI.create(url.substring("jar:".length(), url.indexOf('!')))).toString();
    }
    return Path.of(URI.create(url.substring(0, url.length() - file.length()))).toString();
  }
}
