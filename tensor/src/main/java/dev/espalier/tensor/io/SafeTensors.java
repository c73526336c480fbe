package dev.espalier.tensor.io;

import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Reads and writes named tensors in the safetensors format.
 *
 * <pre>
 * bytes 0..7   N, little-endian
 * bytes 8..    N bytes of JSON: {"__metadata__": {"key": "text"},
 *                "fc.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
 * then         the elements, row-major, little-endian; data_offsets count from here
 * </pre>
 *
 * <p>A file is refused unless its tensors tile the data part without hole or overlap, each range
 * fits its shape and type, and every key is known and unique. PyTorch: {@code
 * safetensors.torch.load_file}, {@code save_file}. Source: the format description of the
 * huggingface/safetensors project.
 */
public final class SafeTensors {
  private SafeTensors() {}

  /**
   * Opens a file and checks its header.
   *
   * @throws TensorFileException if the header breaks a rule of the format
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static SafeTensorsFile open(Path file) {
    return SafeTensorsFile.open(file);
  }

  /** Reads all tensors into memory of their own, in the header's order; throws as {@link #open}. */
  public static SequencedMap<String, Tensor> readAll(Path file) {
    var tensors = new LinkedHashMap<String, Tensor>();
    try (SafeTensorsFile source = open(file)) {
      for (String name : source.names()) {
        tensors.put(name, source.tensor(name));
      }
      return tensors;
    } catch (Throwable t) {
      tensors.values().forEach(Tensor::close);
      throw t;
    }
  }

  /** {@link #write(Path, Map, Map)} without metadata. */
  public static void write(Path file, Map<String, Tensor> tensors) {
    write(file, tensors, Map.of());
  }

  /**
   * Writes tensors, atomically (see {@link AtomicFile}). The header lists them, and the metadata,
   * in the map's order if it has one, otherwise sorted by name; the elements lie widest type first,
   * so that all are aligned.
   *
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__} or has more than 64
   *     dimensions, or if the header would exceed 100 MB
   * @throws java.io.UncheckedIOException if writing fails
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    if (tensors.containsKey(SafeTensorsHeader.METADATA)) {
      throw new IllegalArgumentException(
          "safetensors: the name " + SafeTensorsHeader.METADATA + " is reserved");
    }
    tensors.forEach(Payload::checkWritable);
    var entries = SafeTensorsHeader.layout(Payload.ordered(tensors));
    byte[] start = SafeTensorsHeader.bytes(entries, Payload.ordered(metadata));
    var header = new SafeTensorsHeader(entries, metadata, start.length);
    AtomicFile.writeChannel(
        file,
        out -> {
          Payload.writeAll(ByteBuffer.wrap(start), out);
          for (String name : header.namesByPosition()) {
            Payload.write(tensors.get(name), ByteOrder.LITTLE_ENDIAN, out);
          }
        });
  }
}
