package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bench.machine.Build;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everyCommandHasHelpWithAnExample() {
    Map<String, CommandLine> commands = Main.commandLine().getSubcommands();
    assertThat(commands).containsKeys("doctor", "jmh");
    commands.forEach(
        (name, command) ->
            assertThat(command.getUsageMessage())
                .as(name)
                .contains("Example", "  espalier " + name, "--help", "--stacktrace"));
  }

  @Test
  void helpListsTheCommandsAndSucceeds() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: espalier", "doctor", "jmh", "Examples:");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void versionIsThatOfTheBuild() {
    assertThat(run("--version")).isZero();
    assertThat(Build.version()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(out.toString()).startsWith("espalier " + Build.version());
  }

  @Test
  void unknownCommandIsRefusedWithTheNearestOne() {
    assertThat(run("docter")).isEqualTo(2);
    assertThat(err.toString()).contains("docter", "Did you mean: espalier doctor", "--help");
  }

  @Test
  void unknownOptionIsRefusedWithTheNearestOne() {
    assertThat(run("doctor", "--stacktrac")).isEqualTo(2);
    assertThat(err.toString()).contains("espalier doctor: Unknown option", "--stacktrace");
  }

  @Test
  void missingCommandIsRefused() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("A command is missing");
  }

  @Test
  void failureIsOneSentence() {
    assertThat(run("throwing")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("espalier throwing: weights.npy: offset 8 is wrong\n");
  }

  @Test
  void failureShowsItsOriginWhenAsked() {
    assertThat(run("throwing", "--stacktrace")).isEqualTo(1);
    assertThat(err.toString()).contains("weights.npy", "at ", "MainTest");
  }

  @Test
  void errorIsAFailureLikeAnyOther() {
    assertThat(run("exhausting")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("espalier exhausting: java.lang.OutOfMemoryError: Java heap space\n");
  }

  @Test
  void doctorNamesRuntimeMachineAndBackend() {
    assertThat(run("doctor")).as(err::toString).isZero();
    assertThat(out.toString())
        .contains(Runtime.version().toString(), System.getProperty("os.name"))
        .contains("GiB", "backend", "CUDA")
        .contains("jdk.incubator.vector present");
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .addSubcommand(new Throwing())
        .addSubcommand(new Exhausting())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Command(name = "throwing")
  private static final class Throwing implements Runnable {
    @Override
    public void run() {
      throw new IllegalArgumentException("weights.npy: offset 8 is wrong");
    }
  }

  @Command(name = "exhausting")
  private static final class Exhausting implements Runnable {
    @Override
    public void run() {
      throw new OutOfMemoryError("Java heap space");
    }
  }
}
