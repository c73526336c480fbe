package dev.espalier.nn.data;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Tiny data files written for one test, and the way to the real ones. */
final class DataFiles {
  private DataFiles() {}

  /** The real data set's directory in a {@code shared/data} folder of any parent directory. */
  static Optional<Path> shared(String dataset) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path directory = at.resolve("shared").resolve("data").resolve(dataset);
      if (Files.isDirectory(directory)) {
        return Optional.of(directory);
      }
    }
    return Optional.empty();
  }

  static byte[] idxImages(int magic, int count, int rows, int columns, byte[] pixels) {
    return bytes(
        out -> {
          out.writeInt(magic);
          out.writeInt(count);
          out.writeInt(rows);
          out.writeInt(columns);
          out.write(pixels);
        });
  }

  static byte[] idxLabels(int magic, int count, byte[] labels) {
    return bytes(
        out -> {
          out.writeInt(magic);
          out.writeInt(count);
          out.write(labels);
        });
  }

  static byte[] gzip(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  /** 0, 1, 2, ... as unsigned bytes. */
  static byte[] counting(int length) {
    byte[] values = new byte[length];
    for (int i = 0; i < length; i++) {
      values[i] = (byte) i;
    }
    return values;
  }

  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writer writer) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      writer.write(out);
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }
}
