package dev.espalier.tensor.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of a file, readable at any position by several threads. */
final class FileSource extends Source implements AutoCloseable {
  /** A byte buffer holds less than 2^31 bytes. */
  private static final long LARGEST_TRANSFER = 1L << 30;

  private final FileChannel channel;

  private FileSource(Path file, FileChannel channel, long length) {
    super(file.toString(), length);
    this.channel = channel;
  }

  static FileSource open(Path file) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new FileSource(file, channel, channel.size());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("opening %s failed: %s".formatted(file, e), e);
    }
  }

  @Override
  void transfer(long offset, MemorySegment target, String field) {
    long done = 0;
    while (done < target.byteSize()) {
      long left = Math.min(target.byteSize() - done, LARGEST_TRANSFER);
      ByteBuffer chunk = target.asSlice(done, left).asByteBuffer();
      int count = readAt(offset + done, chunk);
      if (count < 0) {
        throw fault(offset + done, field, "the file must not shrink while it is read", "its end");
      }
      done += count;
    }
  }

  private int readAt(long offset, ByteBuffer chunk) {
    try {
      return channel.read(chunk, offset);
    } catch (IOException e) {
      throw new UncheckedIOException("reading %s failed: %s".formatted(name(), e), e);
    }
  }

  /** Maps the whole file, read-only, for as long as the arena lives. */
  MemorySegment map(Arena arena) {
    try {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, length(), arena);
    } catch (IOException e) {
      throw new UncheckedIOException("mapping %s failed: %s".formatted(name(), e), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing %s failed: %s".formatted(name(), e), e);
    }
  }
}
