package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: eight bytes of length, then that many bytes of JSON.
 *
 * @param entries by name, in the header's order
 * @param metadata the file's own key-value pairs
 * @param dataOffset where the tensors' bytes begin in the file
 */
record SafeTensorsHeader(
    Map<String, Entry> entries, Map<String, String> metadata, long dataOffset) {
  static final String METADATA = "__metadata__";
  static final int LENGTH_BYTES = 8;

  /** The limit of the format's reference implementation. */
  static final long LONGEST = 100_000_000;

  private static final int ALIGNMENT = 8;

  /**
   * One tensor.
   *
   * @param describedAt where in the file it is described, for messages
   * @param begin first byte, counted from {@code dataOffset}
   * @param end the byte after its last
   */
  record Entry(DType dtype, Shape shape, long describedAt, long begin, long end) {}

  /** Names in the order in which their bytes lie in the file. */
  List<String> namesByPosition() {
    var names = new ArrayList<>(entries.keySet());
    names.sort(
        Comparator.comparingLong((String name) -> entries.get(name).begin)
            .thenComparingLong(name -> entries.get(name).end));
    return names;
  }

  /** The JSON text with its length before it, padded with spaces. */
  static byte[] bytes(Map<String, Entry> entries, Map<String, String> metadata) {
    var json = new LinkedHashMap<String, Object>();
    if (!metadata.isEmpty()) {
      json.put(METADATA, metadata);
    }
    entries.forEach((name, entry) -> json.put(name, description(entry)));
    byte[] text = Json.write(json).getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(text.length, ALIGNMENT) * ALIGNMENT;
    if (length > LONGEST) {
      throw new IllegalArgumentException(
          "safetensors: names and metadata need a header of %d bytes; at most %d are allowed"
              .formatted(length, LONGEST));
    }
    var bytes = ByteBuffer.allocate(LENGTH_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(text);
    Arrays.fill(bytes.array(), LENGTH_BYTES + text.length, bytes.capacity(), (byte) ' ');
    return bytes.array();
  }

  private static Map<String, Object> description(Entry entry) {
    var description = new LinkedHashMap<String, Object>();
    description.put("dtype", label(entry.dtype));
    description.put("shape", Arrays.stream(entry.shape.toArray()).boxed().toList());
    description.put("data_offsets", List.of(entry.begin, entry.end));
    return description;
  }

  /**
   * Places tensors: listed in the map's order, laid out widest type first, so that each begins at a
   * multiple of its element size.
   */
  static Map<String, Entry> layout(Map<String, Tensor> tensors) {
    var entries = new LinkedHashMap<String, Entry>();
    tensors.keySet().forEach(name -> entries.put(name, null));
    var byWidth = new ArrayList<>(tensors.entrySet());
    byWidth.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
    long begin = 0;
    for (var named : byWidth) {
      Tensor tensor = named.getValue();
      long end = Math.addExact(begin, Payload.bytes(tensor.dtype(), tensor.shape()));
      entries.put(named.getKey(), new Entry(tensor.dtype(), tensor.shape(), 0, begin, end));
      begin = end;
    }
    return entries;
  }

  /** The format's name of a type. */
  static String label(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> "F64";
      case FLOAT32 -> "F32";
      case FLOAT16 -> "F16";
      case BFLOAT16 -> "BF16";
      case INT64 -> "I64";
      case INT32 -> "I32";
      case INT8 -> "I8";
      case UINT8 -> "U8";
      case BOOL -> "BOOL";
    };
  }
}
