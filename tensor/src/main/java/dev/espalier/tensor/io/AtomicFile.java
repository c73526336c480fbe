package dev.espalier.tensor.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes a file so that a reader, or a machine that loses power, finds the old contents or the new
 * ones and never a part of either.
 *
 * <p>The contents go to a hidden temporary file in the same directory, are forced to the device and
 * renamed over the target; then the directory is forced, where the system can do so. If anything
 * fails the temporary file is deleted and the target stays as it was.
 */
public final class AtomicFile {
  private static final AtomicLong COUNTER = new AtomicLong();

  /**
   * Produces the contents of a file.
   *
   * @param <T> what they are written to
   */
  @FunctionalInterface
  public interface Content<T> {
    /** Writes the contents. */
    void writeTo(T out) throws IOException;
  }

  /** Closing only flushes, so that contents may wrap the stream and close what they wrapped. */
  private static final class Buffered extends BufferedOutputStream {
    Buffered(FileChannel channel) {
      super(Channels.newOutputStream(channel), 1 << 16);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  private AtomicFile() {}

  /**
   * Replaces or creates {@code target} with what {@code content} writes to a buffered stream, which
   * it may close or leave open.
   *
   * @throws UncheckedIOException if writing fails, or the target exists and is not a regular file
   */
  public static void write(Path target, Content<OutputStream> content) {
    writeChannel(
        target,
        channel -> {
          var out = new Buffered(channel);
          content.writeTo(out);
          out.flush();
        });
  }

  /**
   * Replaces or creates {@code target} with what {@code content} writes to a channel, which starts
   * at position 0 and must be left open.
   *
   * @throws UncheckedIOException if writing fails, or the target exists and is not a regular file
   */
  public static void writeChannel(Path target, Content<FileChannel> content) {
    try {
      replace(target, content);
    } catch (IOException e) {
      throw new UncheckedIOException("writing %s failed: %s".formatted(target, e), e);
    }
  }

  private static void replace(Path target, Content<FileChannel> content) throws IOException {
    Path file = target.toAbsolutePath();
    if (Files.exists(file)) {
      file = file.toRealPath(); // a symbolic link stays, what it points to is replaced
      if (!Files.isRegularFile(file)) {
        throw new IOException("the target exists and is not a regular file");
      }
    }
    Path temporary = writeTemporary(file, content);
    try {
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (Throwable t) {
      deleteAfter(t, temporary);
      throw t;
    }
    forceDirectory(file.getParent());
  }

  private static Path writeTemporary(Path file, Content<FileChannel> content) throws IOException {
    Path temporary = createBeside(file);
    try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      content.writeTo(out);
      out.force(true);
    } catch (Throwable t) {
      deleteAfter(t, temporary);
      throw t;
    }
    return temporary;
  }

  private static Path createBeside(Path file) throws IOException {
    String prefix = ".%s.%d-".formatted(file.getFileName(), ProcessHandle.current().pid());
    while (true) {
      try {
        return Files.createFile(file.resolveSibling(prefix + COUNTER.incrementAndGet() + ".tmp"));
      } catch (FileAlreadyExistsException _) {
        // left by a killed process that had the same id: the next number is free
      }
    }
  }

  private static void deleteAfter(Throwable failure, Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Makes the rename itself durable; only POSIX systems let a directory be opened for this. */
  private static void forceDirectory(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
