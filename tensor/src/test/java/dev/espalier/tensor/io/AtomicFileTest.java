package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFileTest {
  @TempDir Path directory;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(directory)) {
      return files.toList();
    }
  }

  @Test
  void createsAFileAndLeavesNothingElse() throws IOException {
    Path file = directory.resolve("new");
    AtomicFile.write(file, out -> out.write(ascii("contents")));
    assertThat(file).hasContent("contents");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void replacesAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("old"), "much longer old contents");
    AtomicFile.write(file, out -> out.write(ascii("new")));
    assertThat(file).hasContent("new");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void contentsMayCloseTheStream() {
    Path file = directory.resolve("text");
    AtomicFile.write(
        file,
        out -> {
          try (var writer = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
            writer.write("line");
          }
        });
    assertThat(file).hasContent("line");
  }

  @Test
  void oldContentsSurviveAFailure() throws IOException {
    Path file = Files.writeString(directory.resolve("kept"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("disk full");
    assertThat(file).hasContent("old");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void targetIsUnchangedWhileContentsAreWritten() throws IOException {
    Path file = Files.writeString(directory.resolve("busy"), "old");
    AtomicFile.writeChannel(
        file,
        channel -> {
          channel.write(ByteBuffer.wrap(ascii("ne")));
          assertThat(files()).hasSize(2);
          assertThat(file).hasContent("old");
          channel.write(ByteBuffer.wrap(ascii("w")));
        });
    assertThat(file).hasContent("new");
  }

  @Test
  void interruptNeitherDisturbsTheWritingNorIsLost() throws IOException {
    Path file = directory.resolve("saved");
    Thread.currentThread().interrupt();
    AtomicFile.write(file, out -> out.write(ascii("first")));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).hasContent("first");
    AtomicFile.writeChannel(
        file,
        channel -> {
          Thread.currentThread().interrupt();
          channel.write(ByteBuffer.wrap(ascii("second")));
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).hasContent("second");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void channelTakesBuffersLargerThanItsChunk() throws IOException {
    byte[] large = new byte[200_001];
    new Random(1).nextBytes(large);
    Path file = directory.resolve("large");
    AtomicFile.writeChannel(
        file, channel -> assertThat(channel.write(ByteBuffer.wrap(large))).isEqualTo(large.length));
    assertThat(Files.readAllBytes(file)).isEqualTo(large);
  }

  @Test
  void failuresOfTheContentsPassThroughUnwrapped() throws IOException {
    Path file = directory.resolve("none");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    _ -> {
                      throw new IllegalStateException("closed tensor");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void symbolicLinkStaysAndItsTargetIsReplaced() throws IOException {
    Path real = Files.writeString(directory.resolve("real"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    AtomicFile.write(link, out -> out.write(ascii("new")));
    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");
  }

  @Test
  void directoryAsTargetIsRefused() throws IOException {
    Path target = Files.createDirectory(directory.resolve("folder"));
    assertThatThrownBy(() -> AtomicFile.write(target, out -> out.write(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("not a regular file");
    assertThat(files()).containsExactly(target);
  }

  @Test
  void missingDirectoryIsNamed() {
    Path file = directory.resolve("missing").resolve("file");
    assertThatThrownBy(() -> AtomicFile.write(file, out -> out.write(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class)
        .cause()
        .asInstanceOf(InstanceOfAssertFactories.type(FileSystemException.class))
        .extracting(FileSystemException::getFile)
        .asString()
        .contains("missing");
  }
}
