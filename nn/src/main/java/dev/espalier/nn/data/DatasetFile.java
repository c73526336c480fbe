package dev.espalier.nn.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The content of one data file, plain or gzip (told by its first bytes), read front to back with
 * the position known and the SHA-256 of all that was read.
 */
final class DatasetFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /** Deflate cannot shrink more: a 258-byte match costs at least two bits. */
  private static final long MAX_DEFLATE_RATIO = 1032;

  private final Path path;
  private final long fileBytes;
  private final boolean gzip;
  private final InputStream in;
  private final MessageDigest digest = Sha256.create();
  private long position;

  private DatasetFile(Path path, long fileBytes, boolean gzip, InputStream in) {
    this.path = path;
    this.fileBytes = fileBytes;
    this.gzip = gzip;
    this.in = in;
  }

  @SuppressWarnings("resource") // The stream is closed by close(), or here if opening fails.
  static DatasetFile open(Path path) throws IOException {
    long bytes = Files.size(path);
    var raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    try {
      raw.mark(2);
      boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
      raw.reset();
      return new DatasetFile(path, bytes, gzip, gzip ? new GZIPInputStream(raw, BUFFER) : raw);
    } catch (EOFException | ZipException e) {
      raw.close();
      throw new DatasetFormatException(path, 0, "gzip header", "damaged compressed file", e);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  /** Bytes of content read so far. */
  long position() {
    return position;
  }

  /** SHA-256 of the content read so far. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** More content than this the file cannot hold; exact for a plain file. */
  long maxContentBytes() {
    return gzip ? fileBytes * MAX_DEFLATE_RATIO : fileBytes;
  }

  /** Refuses a header that declares more content than the file can hold, before it is allocated. */
  void requireRoomFor(long contentBytes, long offset, String field) throws IOException {
    if (contentBytes > maxContentBytes()) {
      throw bad(
          offset,
          field,
          contentBytes
              + " bytes declared but the "
              + (gzip ? "compressed " : "")
              + "file of "
              + fileBytes
              + " bytes holds at most "
              + maxContentBytes());
    }
  }

  int readInt(String field) throws IOException {
    byte[] four = new byte[4];
    readFully(four, 0, 4, field);
    return (four[0] & 255) << 24 | (four[1] & 255) << 16 | (four[2] & 255) << 8 | (four[3] & 255);
  }

  /** The next byte, or -1 at the end of the content. */
  int readByteOrEnd(String field) throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1, field) < 0 ? -1 : one[0] & 255;
  }

  void readFully(byte[] into, int offset, int length, String field) throws IOException {
    long start = position;
    int done = 0;
    while (done < length) {
      int got = read(into, offset + done, length - done, field);
      if (got < 0) {
        throw bad(
            position,
            field,
            "the content ends here, but " + length + " bytes from byte " + start + " are needed");
      }
      done += got;
    }
  }

  void requireEnd() throws IOException {
    long end = position;
    if (readByteOrEnd("end") >= 0) {
      throw bad(end, "end", "trailing bytes after the last declared value");
    }
  }

  DatasetFormatException bad(long offset, String field, String problem) {
    return new DatasetFormatException(path, offset, field, problem);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private int read(byte[] into, int offset, int length, String field) throws IOException {
    try {
      int got = in.read(into, offset, length);
      if (got > 0) {
        digest.update(into, offset, got);
        position += got;
      }
      return got;
    } catch (EOFException e) {
      throw new DatasetFormatException(
          path, position, field, "the compressed stream ends early", e);
    } catch (ZipException e) {
      throw new DatasetFormatException(
          path, position, field, "the compressed stream is damaged (" + e.getMessage() + ")", e);
    }
  }
}
