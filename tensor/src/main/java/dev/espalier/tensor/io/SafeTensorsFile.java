package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file: its header is read and checked, its tensors are read when asked for.
 *
 * <p>Safe for use by several threads. PyTorch: {@code safetensors.safe_open}.
 */
public final class SafeTensorsFile implements AutoCloseable {
  /** Metadata keys: this and a mask's name, for its granularity. */
  static final String MASK = "espalier.mask.";

  /** Metadata keys: this and a sparse tensor's name, for its format and shape. */
  static final String SPARSE = "espalier.sparse.";

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
    return read(name, entry(name).dtype());
  }

  private Tensor read(String name, DType dtype) {
    SafeTensorsHeader.Entry entry = entry(name);
    return Payload.read(
        source,
        header.dataOffset() + entry.begin(),
        dtype,
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

  /** Names of the masks, as {@link SafeTensorsWriter#mask} marks them. */
  public Set<String> maskNames() {
    return marked(MASK);
  }

  /** Names of the sparse tensors, as {@link SafeTensorsWriter#sparse} marks them. */
  public Set<String> sparseNames() {
    return marked(SPARSE);
  }

  private Set<String> marked(String prefix) {
    var names = new LinkedHashSet<String>();
    for (String key : header.metadata().keySet()) {
      if (key.startsWith(prefix)) {
        names.add(key.substring(prefix.length()));
      }
    }
    return names;
  }

  /**
   * Reads a mask: a bool or uint8 tensor of zeros and ones, with the granularity that the metadata
   * names, otherwise element by element.
   *
   * @throws IllegalArgumentException if there is no tensor of that name
   * @throws TensorFileException if it is of another type, has other values or more than 2^31 - 1
   *     elements, or does not conform to the granularity
   */
  public Mask mask(String name) {
    SafeTensorsHeader.Entry entry = entry(name);
    long offset = header.dataOffset() + entry.begin();
    Payload.checkMask(source, offset, entry.dtype(), entry.shape(), field(name));
    String granularity =
        header.metadata().getOrDefault(MASK + name, new Granularity.Element().name());
    try (Tensor bits = read(name, DType.BOOL)) {
      return Mask.nonZeros(bits).withGranularity(Granularity.parse(granularity));
    } catch (IllegalArgumentException e) {
      throw fault(name, field(name), "must conform to its granularity", e.getMessage());
    }
  }

  /**
   * Reads a sparse tensor from its parts, checking every index.
   *
   * @throws IllegalArgumentException if no sparse tensor of that name is marked
   * @throws TensorFileException if a part is missing, of the wrong type, or breaks a rule of the
   *     format
   */
  public SparseTensor sparse(String name) {
    String description = header.metadata().get(SPARSE + name);
    if (description == null) {
      throw new IllegalArgumentException(
          "safetensors: %s has no sparse tensor '%s'; it has %s"
              .formatted(source.name(), name, sparseNames()));
    }
    return SparseParts.read(this, name, description);
  }

  /** A fault at a tensor's bytes, or at the header if there is no such tensor. */
  TensorFileException fault(String name, String field, String rule, Object actual) {
    SafeTensorsHeader.Entry entry = header.entries().get(name);
    long offset =
        entry == null ? SafeTensorsHeader.LENGTH_BYTES : header.dataOffset() + entry.begin();
    return source.fault(offset, field, rule, actual);
  }

  /** A shape that the metadata declare. */
  Shape shape(String field, long[] extents) {
    return Payload.shape(source, SafeTensorsHeader.LENGTH_BYTES, field, extents);
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
    try (source) {
      if (arena.scope().isAlive()) {
        arena.close();
      }
    }
  }
}
