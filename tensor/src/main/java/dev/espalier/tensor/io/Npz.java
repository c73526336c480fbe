package dev.espalier.tensor.io;

import dev.espalier.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes several named arrays as NumPy's NPZ: a zip archive of {@link Npy} members called
 * {@code name.npy}.
 *
 * <p>Names are keys only and never become paths. Written archives depend on nothing but their
 * contents (fixed time stamps, the map's order). NumPy: {@code numpy.load}, {@code numpy.savez},
 * {@code numpy.savez_compressed}.
 */
public final class Npz {
  private static final String SUFFIX = ".npy";

  /** The JDK adds a time in UTC, so the machine's zone, to anything up to 1980-01-01. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  /** Two bits are the least that deflate spends on its longest copy, 258 bytes. */
  private static final long LARGEST_EXPANSION = 1032;

  private Npz() {}

  /**
   * Reads all arrays into new tensors, in the archive's order.
   *
   * @throws TensorFileException if the archive or a member is corrupt, declares more than its
   *     compressed bytes can expand to, appears twice or is not an NPY file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static SequencedMap<String, Tensor> read(Path file) {
    var tensors = new LinkedHashMap<String, Tensor>();
    try (ZipFile zip = open(file)) {
      List<? extends ZipEntry> entries = Collections.list(zip.entries());
      checkEntries(file, entries);
      for (ZipEntry entry : entries) {
        tensors.put(key(entry), read(file, zip, entry));
      }
      return tensors;
    } catch (IOException e) {
      tensors.values().forEach(Tensor::close);
      throw new UncheckedIOException("reading %s failed: %s".formatted(file, e), e);
    } catch (Throwable t) {
      tensors.values().forEach(Tensor::close);
      throw t;
    }
  }

  private static ZipFile open(Path file) throws IOException {
    try {
      return new ZipFile(file.toFile());
    } catch (ZipException | EOFException e) {
      throw corrupt(file.toString(), 0, "archive", e);
    }
  }

  private static TensorFileException corrupt(
      String name, long offset, String field, IOException e) {
    return new TensorFileException(
        name, offset, field, "a valid zip archive is needed", e.getMessage(), e);
  }

  private static String key(ZipEntry entry) {
    return entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
  }

  /** Checks what the directory declares before anything is read on its word. */
  private static void checkEntries(Path file, List<? extends ZipEntry> entries) {
    var names = new HashSet<String>();
    long left = file.toFile().length();
    for (ZipEntry entry : entries) {
      String name = file + "!" + entry.getName();
      if (!entry.getName().endsWith(SUFFIX)) {
        throw new TensorFileException(
            name, 0, "member name", "members must end with .npy", entry.getName());
      }
      if (!names.add(entry.getName())) {
        throw new TensorFileException(
            name, 0, "member name", "names must differ", entry.getName() + " twice");
      }
      long compressed = entry.getCompressedSize();
      left -= compressed;
      if (compressed < 0 || left < 0) {
        throw new TensorFileException(
            name, 0, "compressed size", "members together must fit the archive", compressed);
      }
      long largest =
          entry.getMethod() == ZipEntry.STORED ? compressed : compressed * LARGEST_EXPANSION;
      if (entry.getSize() < 0 || entry.getSize() > largest) {
        throw new TensorFileException(
            name,
            0,
            "size",
            "%d compressed bytes hold at most %d".formatted(compressed, largest),
            entry.getSize());
      }
    }
  }

  private static Tensor read(Path file, ZipFile zip, ZipEntry entry) throws IOException {
    String name = file + "!" + entry.getName();
    try (InputStream in = zip.getInputStream(entry)) {
      var source = new ZipMember(name, entry, in);
      Tensor tensor = Npy.read(source);
      try {
        source.finish();
        return tensor;
      } catch (Throwable t) {
        tensor.close();
        throw t;
      }
    } catch (ZipException | EOFException e) {
      throw corrupt(name, 0, "member", e);
    }
  }

  /**
   * Writes arrays uncompressed, atomically; sorted by name unless the map has an order of its own.
   *
   * @throws IllegalArgumentException if a tensor cannot be stored as NPY (see {@link Npy#write})
   * @throws UncheckedIOException if writing fails
   */
  public static void write(Path file, Map<String, Tensor> tensors) {
    write(file, tensors, ZipEntry.STORED);
  }

  /** {@link #write} with deflate compression. */
  public static void writeCompressed(Path file, Map<String, Tensor> tensors) {
    write(file, tensors, ZipEntry.DEFLATED);
  }

  private static void write(Path file, Map<String, Tensor> tensors, int method) {
    AtomicFile.write(
        file,
        out -> {
          try (var zip = new ZipOutputStream(out)) {
            for (var member : Payload.ordered(tensors).entrySet()) {
              var entry = new ZipEntry(member.getKey() + SUFFIX);
              entry.setTimeLocal(TIME);
              entry.setMethod(method);
              if (method == ZipEntry.STORED) {
                declare(entry, member.getValue());
              }
              zip.putNextEntry(entry);
              Npy.write(Channels.newChannel(zip), member.getValue());
              zip.closeEntry();
            }
          }
        });
  }

  /** A stored member's size and checksum stand before its bytes, so they are computed first. */
  private static void declare(ZipEntry entry, Tensor tensor) throws IOException {
    var crc = new CRC32();
    Npy.write(
        Channels.newChannel(new CheckedOutputStream(OutputStream.nullOutputStream(), crc)), tensor);
    entry.setCrc(crc.getValue());
    entry.setSize(
        NpyHeader.bytes(tensor.dtype(), tensor.shape()).length
            + Payload.bytes(tensor.dtype(), tensor.shape()));
  }
}
