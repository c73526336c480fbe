package dev.espalier.bench.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Rows as JSON Lines: one object per line, appended as soon as it is known, so that a crash loses
 * nothing that was measured.
 */
public final class RowFile implements AutoCloseable {
  private final FileChannel channel;

  /** Opens a file to append to; what it holds stays, but for a last line that was cut short. */
  public RowFile(Path file) throws IOException {
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel.position(channel.size());
    if (!endsWithLineEnd()) {
      write("\n");
    }
  }

  private boolean endsWithLineEnd() throws IOException {
    if (channel.size() == 0) {
      return true;
    }
    ByteBuffer last = ByteBuffer.allocate(1);
    channel.read(last, channel.size() - 1);
    return last.get(0) == '\n';
  }

  /** Writes one row and waits until the disk has it. */
  public void append(Row row) throws IOException {
    write(RowJson.write(row) + "\n");
    channel.force(false);
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
