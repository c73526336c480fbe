package dev.espalier.cuda.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both tools on the device that the tests have, in their smallest form. */
final class CheckToolTest {
  private static final String TESTS = "dev.espalier.cuda.";
  private static final Pattern OPENS_THE_DEVICE =
      Pattern.compile(
          "(Backends\\.of|\\.to)\\((CUDA|DEVICE|new Device\\(\"cuda\", 0\\))\\)"
              + "|return new Device\\(\"cuda\", 0\\)"
              + "|extends Block\\w+Fixture");

  /** They ask the emulator for counters, or break drivers and libraries of their own. */
  private static final List<String> FOR_THE_BUILD =
      List.of(
          "ops.CountersTest",
          "ops.TensorCoreConvolutionConflictsTest",
          "ops.LibraryProductsTest",
          "DeviceFailureTest");

  @TempDir private Path folder;

  private final StringWriter text = new StringWriter();

  private int run(ToolProvider tool, String... arguments) {
    var writer = new PrintWriter(text, true);
    return tool.run(writer, writer, arguments);
  }

  @Test
  void everyTestHasARow() throws IOException {
    int code = run(new CheckTool(), "--out", folder.toString(), "--filter", "DeviceTest|Captured");
    assertThat(code).as(text::toString).isZero();
    List<String> rows = Files.readAllLines(folder.resolve("check.jsonl"));
    assertThat(rows.getFirst()).startsWith("{\"row\":\"device\",\"device\":\"cuda on ");
    assertThat(rows.getLast())
        .startsWith("{\"row\":\"end\",\"passed\":" + (rows.size() - 2) + ",\"failed\":0");
    assertThat(rows.subList(1, rows.size() - 1))
        .hasSizeGreaterThan(5)
        .anyMatch(row -> row.contains("\"test\":\"CapturedTrainingTest.replays"))
        .allMatch(row -> row.contains("\"result\":\"passed\""));
  }

  /**
   * A class of tests that opens the device is run there, or said here to be for the build alone.
   */
  @Test
  void everyClassOfDeviceTestsIsRun() throws IOException {
    Path sources = Path.of("src", "test", "java");
    List<String> found;
    try (Stream<Path> files = Files.walk(sources)) {
      found =
          files
              .filter(file -> file.toString().endsWith("Test.java"))
              .filter(CheckToolTest::opensTheDevice)
              .map(file -> sources.relativize(file).toString().replace(File.separatorChar, '.'))
              .map(name -> name.substring(0, name.length() - ".java".length()))
              .toList();
    }
    assertThat(Stream.concat(CheckTool.classes(), FOR_THE_BUILD.stream().map(TESTS::concat)))
        .containsExactlyInAnyOrderElementsOf(found);
  }

  private static boolean opensTheDevice(Path source) {
    try {
      return OPENS_THE_DEVICE.matcher(Files.readString(source)).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void namesThatNothingHasFail() {
    assertThat(run(new CheckTool(), "--filter", "nowhere")).isEqualTo(1);
    assertThat(text.toString()).contains("no test has such a name");
  }

  @Test
  void argumentsThatMeanNothingAreRefused() {
    assertThat(run(new CheckTool(), "--fliter", "x")).isEqualTo(2);
    assertThat(run(new CheckTool(), "--filter", "(")).isEqualTo(2);
    assertThat(text.toString()).contains("'--fliter' is not known", "--filter: Unclosed group");
  }

  @Test
  void theBenchmarkChecksEveryTinyCase() throws IOException {
    assertThat(run(new BenchTool(), "--out", folder.toString(), "--seed", "3"))
        .as(text::toString)
        .isZero();
    List<String> rows = Files.readAllLines(folder.resolve("bench.jsonl"));
    assertThat(rows.getFirst()).contains("\"row\":\"device\"");
    assertThat(rows.getLast()).contains("\"row\":\"end\"", "\"failed\":0", "\"not_begun\":0");
    assertThat(rows)
        .hasSizeGreaterThan(18)
        .noneMatch(row -> row.contains("\"us\":") && rows.getFirst().contains("emulator"))
        .anyMatch(row -> row.contains("\"format\":\"bsr-16\",\"type\":\"bf16\""))
        .anyMatch(row -> row.contains("\"format\":\"nm-2:4\""))
        .anyMatch(row -> row.contains("\"by\":\"espalier-generated\""))
        .anyMatch(row -> row.contains("\"bank_conflicts\":0,\"registers\":"))
        .anyMatch(row -> row.contains("\"kernel\":\"conv2d\",\"pass\":\"dw\",\"format\":\"csr\""));
    for (String type : List.of("tf32", "bf16", "f16")) {
      for (String pass : List.of("forward", "dx", "dw")) {
        assertRowOfConvolution(rows, pass, "bsr-16", type);
        assertRowOfConvolution(rows, pass, "bsr-8x72", type);
        assertRowOfConvolution(rows, pass, "dense", type);
      }
    }
  }

  private static void assertRowOfConvolution(
      List<String> rows, String pass, String format, String type) {
    String beginning =
        "{\"row\":\"kernel\",\"kernel\":\"conv2d\",\"pass\":\"%s\",\"format\":\"%s\",\"type\":\"%s\","
            .formatted(pass, format, type);
    assertThat(rows)
        .filteredOn(row -> row.startsWith(beginning))
        .as(beginning)
        .isNotEmpty()
        .noneMatch(row -> row.contains("\"error\""));
  }

  @Test
  void casesAreListedAndChosen() {
    assertThat(run(new BenchTool(), "--list", "--filter", "^sddmm dw csr")).isZero();
    assertThat(text.toString().lines()).containsExactly("sddmm dw csr f32 32x32x32 0.9");
    assertThat(run(new BenchTool(), "--filter", "nowhere")).isEqualTo(2);
    assertThat(run(new BenchTool(), "--minutes", "soon")).isEqualTo(2);
    assertThat(text.toString()).contains("no case's name has 'nowhere'", "needs a number");
  }

  @Test
  void noCaseIsBegunAfterTheTime() throws IOException {
    assertThat(run(new BenchTool(), "--out", folder.toString(), "--minutes", "0")).isZero();
    assertThat(Files.readAllLines(folder.resolve("bench.jsonl"))).hasSize(2);
  }
}
