package dev.espalier.cuda.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Rows as JSON Lines, on the disk as soon as they are known: killing the program loses none. */
final class RowLog implements AutoCloseable {
  private final FileChannel channel;

  /**
   * Opens {@code folder/name}, which is made anew.
   *
   * @param folder made if it is not there; null keeps nothing
   */
  RowLog(Path folder, String name) throws IOException {
    if (folder == null) {
      channel = null;
      return;
    }
    Files.createDirectories(folder);
    channel =
        FileChannel.open(
            folder.resolve(name),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  void append(JsonRow row) throws IOException {
    if (channel == null) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap((row + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
