package dev.espalier.tensor.io;

import java.lang.foreign.MemorySegment;

/** Bytes from outside whose number is known; every read is checked against it beforehand. */
abstract class Source {
  private final String name;
  private final long length;

  Source(String name, long length) {
    this.name = name;
    this.length = length;
  }

  String name() {
    return name;
  }

  long length() {
    return length;
  }

  /** Checks that {@code count} bytes lie at {@code offset}. */
  final void require(long offset, long count, String field) {
    if (count > length - offset) {
      throw fault(
          offset, field, count + " bytes are needed here", Math.max(0, length - offset) + " left");
    }
  }

  /** Fills {@code target} with the bytes at {@code offset}. */
  final void read(long offset, MemorySegment target, String field) {
    require(offset, target.byteSize(), field);
    transfer(offset, target, field);
  }

  /** The {@code count} bytes at {@code offset}; nothing is allocated if they are not there. */
  final byte[] read(long offset, int count, String field) {
    require(offset, count, field);
    byte[] bytes = new byte[count];
    transfer(offset, MemorySegment.ofArray(bytes), field);
    return bytes;
  }

  /** Fills all of {@code target} or throws; the range was checked. */
  abstract void transfer(long offset, MemorySegment target, String field);

  final TensorFileException fault(long offset, String field, String rule, Object actual) {
    return new TensorFileException(name, offset, field, rule, actual);
  }
}
