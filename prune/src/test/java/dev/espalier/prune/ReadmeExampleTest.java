package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URLClassLoader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library example that the README shows. */
class ReadmeExampleTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  @Test
  void theExampleCompilesRunsAndPrunesWithoutLosingTheNetwork(@TempDir Path folder) throws Exception {
    String source = example();
    assertThat(source.lines().filter(line -> !line.startsWith("import") && !line.isBlank()).count())
        .as("lines of the example")
        .isLessThanOrEqualTo(30);

    String output = run(folder, source);

    assertThat(accuracy(output, "dense")).isGreaterThan(85);
    assertThat(accuracy(output, "pruned")).isGreaterThan(85);
    assertThat(output).contains("linear fc1.weight + relu").contains("times faster at batch 1");
  }

  private static String example() throws Exception {
    Path readme = Path.of("").toAbsolutePath();
    while (!Files.exists(readme.resolve("README.md"))) {
      readme = readme.getParent();
    }
    Matcher block = JAVA_BLOCK.matcher(Files.readString(readme.resolve("README.md")));
    assertThat(block.find()).as("a java block in the README").isTrue();
    return block.group(1);
  }

  private static String run(Path folder, String source) throws Exception {
    Path file = Files.writeString(folder.resolve("Quickstart.java"), source);
    String path = System.getProperty("java.class.path") + java.io.File.pathSeparator + System.getProperty("jdk.module.path", "");
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean compiled =
          compiler
              .getTask(
                  null, files, null, List.of("-d", folder.toString(), "-cp", path), null, files.getJavaFileObjects(file))
              .call();
      assertThat(compiled).as("the example compiles").isTrue();
    }
    var captured = new ByteArrayOutputStream();
    PrintStream console = System.out;
    try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, ReadmeExampleTest.class.getClassLoader());
        var out = new PrintStream(captured, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      loader.loadClass("Quickstart").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(console);
    }
    return captured.toString(StandardCharsets.UTF_8);
  }

  private static double accuracy(String output, String which) {
    Matcher line = Pattern.compile(which + ": +([0-9.]+) %").matcher(output);
    assertThat(line.find()).as("a line for " + which).isTrue();
    return Double.parseDouble(line.group(1));
  }
}
