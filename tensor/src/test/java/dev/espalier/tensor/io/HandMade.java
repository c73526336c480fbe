package dev.espalier.tensor.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds files byte by byte, so that tests can break any rule. */
final class HandMade {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static HandMade bytes(int... values) {
    var made = new HandMade();
    for (int value : values) {
      made.out.write(value);
    }
    return made;
  }

  /** A safetensors file with the given header text and data. */
  static HandMade safeTensors(String header, int... data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return bytes().int64(text.length).raw(text).raw(bytes(data).toArray());
  }

  /** An NPY file of version 1.0 with the given dictionary and data. */
  static HandMade npy(String dict, int... data) {
    byte[] text = (dict + "\n").getBytes(StandardCharsets.ISO_8859_1);
    return bytes(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, text.length & 0xff, text.length >> 8)
        .raw(text)
        .raw(bytes(data).toArray());
  }

  HandMade raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  HandMade ascii(String text) {
    return raw(text.getBytes(StandardCharsets.US_ASCII));
  }

  HandMade int64(long value) {
    return littleEndian(value, 8);
  }

  HandMade int32(long value) {
    return littleEndian(value, 4);
  }

  HandMade int16(long value) {
    return littleEndian(value, 2);
  }

  private HandMade littleEndian(long value, int width) {
    for (int i = 0; i < width; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  byte[] toArray() {
    return out.toByteArray();
  }

  Path writeTo(Path directory, String name) {
    try {
      return Files.write(directory.resolve(name), toArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
