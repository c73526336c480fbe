package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Tensor;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library example that the README shows. */
class ReadmeExampleTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  @Test
  void theExampleCompilesRunsAndPrunesWithoutLosingTheNetwork(@TempDir Path folder)
      throws Exception {
    String source = example();
    assertThat(source.lines().filter(line -> !line.startsWith("import") && !line.isBlank()).count())
        .as("lines of the example")
        .isLessThanOrEqualTo(30);

    String output = run(Files.writeString(folder.resolve("Quickstart.java"), source));

    assertThat(accuracy(output, "dense")).isGreaterThan(85);
    assertThat(accuracy(output, "pruned")).isGreaterThan(85);
    assertThat(output).contains("linear fc1.weight + relu").contains("times faster at batch 128");
  }

  private static String example() throws Exception {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("README.md"))) {
      folder = folder.getParent();
    }
    Matcher block = JAVA_BLOCK.matcher(Files.readString(folder.resolve("README.md")));
    assertThat(block.find()).as("a java block in the README").isTrue();
    return block.group(1);
  }

  /**
   * Compiles and runs the file in a JVM of its own, as a user would, with the four modules as its
   * libraries.
   */
  private static String run(Path file) throws Exception {
    String libraries =
        Stream.of(Tensor.class, Variable.class, Module.class, Pruner.class)
            .map(ReadmeExampleTest::location)
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                libraries,
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static String location(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  private static double accuracy(String output, String which) {
    Matcher line = Pattern.compile(which + ": +([0-9.]+) %").matcher(output);
    assertThat(line.find()).as(output).isTrue();
    return Double.parseDouble(line.group(1));
  }
}
