package dev.espalier.tensor.io;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
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
 * fails the temporary file is deleted and the target stays as it was; only a killed process leaves
 * one behind, {@code .NAME.PID-NUMBER.tmp}. An interrupt does not disturb the writing, so that a
 * program asked to stop can still save.
 */
public final class AtomicFile {
  private static final int CHUNK = 1 << 16;
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
    Buffered(OutputStream out) {
      super(out, CHUNK);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  /** A channel over a plain stream: an interrupt would close a file's own channel for good. */
  private static final class Uninterrupted implements WritableByteChannel {
    private final OutputStream out;
    private final byte[] chunk = new byte[CHUNK];

    Uninterrupted(OutputStream out) {
      this.out = out;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int count = source.remaining();
      while (source.hasRemaining()) {
        int length = Math.min(chunk.length, source.remaining());
        source.get(chunk, 0, length);
        out.write(chunk, 0, length);
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // the file is closed by the one who opened it
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
    replaceOrExplain(
        target,
        file -> {
          var out = new Buffered(file);
          content.writeTo(out);
          out.flush();
        });
  }

  /**
   * Replaces or creates {@code target} with what {@code content} writes to a channel, which it may
   * close or leave open.
   *
   * @throws UncheckedIOException if writing fails, or the target exists and is not a regular file
   */
  public static void writeChannel(Path target, Content<WritableByteChannel> content) {
    replaceOrExplain(target, file -> content.writeTo(new Uninterrupted(file)));
  }

  private static void replaceOrExplain(Path target, Content<OutputStream> content) {
    try {
      replace(target, content);
    } catch (IOException e) {
      throw new UncheckedIOException("writing %s failed: %s".formatted(target, e), e);
    }
  }

  private static void replace(Path target, Content<OutputStream> content) throws IOException {
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

  private static Path writeTemporary(Path file, Content<OutputStream> content) throws IOException {
    Path temporary = createBeside(file);
    try (var out = new FileOutputStream(temporary.toFile())) {
      content.writeTo(out);
      out.getFD().sync();
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
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    boolean interrupted = false;
    boolean forced = false;
    try {
      while (!forced) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
          forced = true;
        } catch (ClosedByInterruptException _) {
          // directories have no other way to be forced: once more, and pass the interrupt on
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
