package dev.espalier.tensor.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

/** The expanded bytes of a zip member, read front to back, with the checksum that ZipFile omits. */
final class ZipMember extends Source {
  private final InputStream in;
  private final long expectedCrc;
  private final CRC32 crc = new CRC32();
  private final byte[] chunk = new byte[1 << 16];
  private long position;

  ZipMember(String name, ZipEntry entry, InputStream in) {
    super(name, entry.getSize());
    this.in = in;
    this.expectedCrc = entry.getCrc();
  }

  @Override
  void transfer(long offset, MemorySegment target, String field) {
    assert offset == position : "members are read front to back";
    long done = 0;
    while (done < target.byteSize()) {
      int count = readChunk((int) Math.min(chunk.length, target.byteSize() - done), field);
      if (count < 0) {
        throw fault(
            position, field, "the member must have its declared " + length() + " bytes", "its end");
      }
      MemorySegment.copy(chunk, 0, target, ValueLayout.JAVA_BYTE, done, count);
      done += count;
    }
  }

  /** Checks that the member ends where it was said to, unharmed. */
  void finish() {
    if (readChunk(1, "end of member") >= 0) {
      throw fault(position, "end of member", "the member must end at its declared size", "more");
    }
    if (crc.getValue() != expectedCrc) {
      throw fault(
          0,
          "member",
          "the checksum must be %08x".formatted(expectedCrc),
          "%08x".formatted(crc.getValue()));
    }
  }

  private int readChunk(int limit, String field) {
    try {
      int count = in.read(chunk, 0, limit);
      if (count > 0) {
        crc.update(chunk, 0, count);
        position += count;
      }
      return count;
    } catch (ZipException | EOFException e) {
      throw new TensorFileException(
          name(), position, field, "valid compressed data is needed", e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading %s failed: %s".formatted(name(), e), e);
    }
  }
}
