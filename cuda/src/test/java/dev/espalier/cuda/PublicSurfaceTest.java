package dev.espalier.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.codegen.FrozenLayers;
import dev.espalier.cuda.sparse.SparseSoftmax;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another module can use: the examples of the README run as one of their own. */
final class PublicSurfaceTest {
  private static final Path README = Path.of("README.md");
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
  private static final Path COMPILER = Path.of(System.getProperty("java.home"), "bin", "javac");

  /** Signatures show nothing that another module could not name. */
  @ParameterizedTest
  @ValueSource(classes = {CudaBackend.class, FrozenLayers.class, SparseSoftmax.class})
  void showsOnlyWhatIsExported(Class<?> shown) {
    assertExported(shown);
    Stream.concat(Stream.of(shown.getConstructors()), Stream.of(shown.getMethods()))
        .filter(member -> member.getDeclaringClass().equals(shown))
        .forEach(
            member -> {
              Stream.of(member.getParameterTypes()).forEach(PublicSurfaceTest::assertExported);
              assertExported(result(member));
            });
  }

  private static Class<?> result(Executable member) {
    return member instanceof Method method ? method.getReturnType() : member.getDeclaringClass();
  }

  private static void assertExported(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.componentType();
    }
    if (!element.isPrimitive()) {
      assertThat(Modifier.isPublic(element.getModifiers())).as("%s is public", element).isTrue();
      assertThat(element.getModule().isExported(element.getPackageName()))
          .as("%s is exported", element)
          .isTrue();
    }
  }

  @Test
  void theExamplesRunInAModuleOfTheirOwn(@TempDir Path folder) throws Exception {
    String modules = System.getProperty("jdk.module.path");
    assumeTrue(
        Files.exists(README) && Files.exists(COMPILER) && modules != null,
        "needs a checkout and a compiler");
    List<Path> sources = new ArrayList<>();
    sources.add(
        write(
            folder,
            "module-info.java",
            "module outside { requires dev.espalier.cuda; exports outside; }"));
    Matcher example = EXAMPLE.matcher(Files.readString(README));
    while (example.find()) {
      int number = sources.size();
      sources.add(
          write(folder, "outside/Example" + number + ".java", framed(example.group(1), number)));
    }
    assertThat(sources).as("examples").hasSizeGreaterThanOrEqualTo(4);
    Path classes = folder.resolve("classes");
    compile(modules, classes, sources);
    ModuleLayer boot = ModuleLayer.boot();
    Configuration resolved =
        boot.configuration()
            .resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("outside"));
    ClassLoader outside =
        boot.defineModulesWithOneLoader(resolved, ClassLoader.getSystemClassLoader())
            .findLoader("outside");
    for (int number = 1; number < sources.size(); number++) {
      outside
          .loadClass("outside.Example" + number)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    }
  }

  /** Imports first, then the statements in a method. */
  private static String framed(String text, int number) {
    String imports = text.lines().filter(line -> line.startsWith("import ")).collect(joining("\n"));
    String body = text.lines().filter(line -> !line.startsWith("import ")).collect(joining("\n"));
    return """
    package outside;

    %s

    public final class Example%d {
      public static void main(String[] arguments) {
        try (var scope = dev.espalier.tensor.Scope.open("example")) {
    %s
        }
      }
    }
    """
        .formatted(imports, number, body);
  }

  private static Path write(Path folder, String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static void compile(String modules, Path classes, List<Path> sources)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(COMPILER.toString(), "-p", modules, "-d", classes.toString()));
    sources.forEach(source -> command.add(source.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
