package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The part of the launcher that comes before the build: which JDK it takes and which it refuses.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
  private static final Path LAUNCHER = Path.of("espalier").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void refusesAJdkWhoseArraysAreNotSafe() throws Exception {
    assertThat(runWithJdk("25.0.2"))
        .isEqualTo(
            "1: espalier: ESPALIER_JAVA_HOME must hold JDK 25.0.3 or newer, but %s holds 25.0.2.\n",
            folder);
  }

  @Test
  void refusesTheFirstReleaseWhoseVersionHasNoUpdate() throws Exception {
    assertThat(runWithJdk("25")).startsWith("1: ").endsWith("holds 25.\n");
  }

  @Test
  void refusesAFolderWithoutAJdk() throws Exception {
    assertThat(run()).startsWith("1: ").endsWith("holds none.\n");
  }

  private String runWithJdk(String version) throws IOException, InterruptedException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    var executable = PosixFilePermissions.fromString("rwx------");
    Files.setPosixFilePermissions(Files.createFile(bin.resolve("java")), executable);
    Files.setPosixFilePermissions(Files.createFile(bin.resolve("javac")), executable);
    Files.writeString(folder.resolve("release"), "A=\"b\"\nJAVA_VERSION=\"" + version + "\"\n");
    return run();
  }

  /** Exit code and standard error of the launcher with the temporary folder as its JDK. */
  private String run() throws IOException, InterruptedException {
    Path error = folder.resolve("error");
    ProcessBuilder launcher =
        new ProcessBuilder(LAUNCHER.toString(), "--help").redirectError(error.toFile());
    launcher.environment().put("ESPALIER_JAVA_HOME", folder.toString());
    Process process = launcher.start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return process.exitValue() + ": " + Files.readString(error);
  }
}
