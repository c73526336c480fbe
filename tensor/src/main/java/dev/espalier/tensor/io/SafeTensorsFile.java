package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file: its header is read and checked, its tensors are read when asked for.
 *
 * <p>Safe for use by several threads. PyTorch: {@code safetensors.safe_open}.
 */
public final class SafeTensorsFile implements AutoCloseable {
  private final FileSource source;
  private final SafeTensorsHeader header;
  private final Arena arena = Arena.ofShared();
  private MemorySegment mapping;

  private SafeTensorsFile(FileSource source, SafeTensorsHeader header) {
    this.source = source;
    this.header = header;
  }

  static SafeTensorsFile open(Path file) {
    FileSource source = FileSource.open(file);
    try {
      return new SafeTensorsFile(source, SafeTensorsParser.parse(source));
    } catch (Throwable t) {
      source.close();
      throw t;
    }
  }

  /** The tensors' names in the header's order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  /** The file's own key-value pairs, empty if it has none. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** Element type of a tensor. */
  public DType dtype(String name) {
    return entry(name).dtype();
  }

  /** Shape of a tensor. */
  public Shape shape(String name) {
    return entry(name).shape();
  }

  /**
   * Reads a tensor into memory of its own.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws TensorFileException if a bool is neither 0 nor 1
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public Tensor tensor(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    return Payload.read(
        source,
        header.dataOffset() + entry.begin(),
        entry.dtype(),
        entry.shape(),
        ByteOrder.LITTLE_ENDIAN,
        field(name));
  }

  /**
   * Whether {@link #mapped} can serve a tensor: its bytes lie at a multiple of the element size,
   * and in this machine's byte order. Files written by {@link SafeTensors} allow it for every
   * tensor.
   */
  public boolean canMap(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    return Payload.canMap(
        entry.dtype(), ByteOrder.LITTLE_ENDIAN, header.dataOffset() + entry.begin());
  }

  /**
   * A read-only tensor over the mapped file; nothing is copied, pages are read on first use.
   *
   * <p>It lives until this file is closed: use after that throws {@link IllegalStateException}.
   * Writing to it throws too. The file must not be truncated meanwhile (replacing it by renaming,
   * as {@link AtomicFile} does, is harmless).
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws UnsupportedOperationException if {@link #canMap} is false; {@link #tensor} copies
   * @throws TensorFileException if a bool is neither 0 nor 1
   */
  public Tensor mapped(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    long offset = header.dataOffset() + entry.begin();
    if (!canMap(name)) {
      throw new UnsupportedOperationException(
          "safetensors: '%s' in %s holds little-endian %s elements at byte %d, which cannot be used in place; use tensor(name)"
              .formatted(name, source.name(), entry.dtype(), offset));
    }
    return Payload.view(source, mapping(), offset, entry.dtype(), entry.shape(), field(name));
  }

  private synchronized MemorySegment mapping() {
    if (mapping == null) {
      mapping = source.map(arena);
    }
    return mapping;
  }

  private SafeTensorsHeader.Entry entry(String name) {
    SafeTensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "safetensors: %s has no tensor '%s'; it has %s".formatted(source.name(), name, names()));
    }
    return entry;
  }

  private static String field(String name) {
    return "tensor '%s'".formatted(name);
  }

  /** Closes the file and ends the life of mapped tensors. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
    source.close();
  }
}
