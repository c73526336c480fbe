package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.io.SafeTensorsHeader.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;

/** Reads the header of a safetensors file, checking each field where it stands. */
final class SafeTensorsParser {
  private final Source source;
  private final JsonReader json;
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();
  private final LinkedHashMap<String, String> metadata = new LinkedHashMap<>();

  private SafeTensorsParser(Source source, byte[] text) {
    this.source = source;
    this.json = new JsonReader(text);
  }

  static SafeTensorsHeader parse(Source source) {
    byte[] field = source.read(0, SafeTensorsHeader.LENGTH_BYTES, "header length");
    long length = ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > SafeTensorsHeader.LONGEST) {
      throw source.fault(
          0,
          "header length",
          "must lie in [2, " + SafeTensorsHeader.LONGEST + "]",
          Long.toUnsignedString(length));
    }
    byte[] text = source.read(SafeTensorsHeader.LENGTH_BYTES, (int) length, "header");
    var parser = new SafeTensorsParser(source, text);
    try {
      parser.parse();
    } catch (JsonException e) {
      throw new TensorFileException(
          source.name(), position(e.offset()), "header", e.rule(), e.actual(), e);
    }
    var header =
        new SafeTensorsHeader(parser.entries, parser.metadata, position(Math.toIntExact(length)));
    checkLayout(source, header);
    return header;
  }

  private static long position(int offsetInHeader) {
    return SafeTensorsHeader.LENGTH_BYTES + (long) offsetInHeader;
  }

  private void parse() {
    if (json.offset() != 0) {
      throw source.fault(position(0), "header", "must begin with '{'", "white space");
    }
    json.readObject(
        name -> {
          if (name.equals(SafeTensorsHeader.METADATA)) {
            json.readObject(key -> metadata.put(key, json.readString()));
          } else {
            entries.put(name, new EntryParser(name).parse());
          }
        });
    json.end();
  }

  /** Reads the description of one tensor. */
  private final class EntryParser {
    private final String name;
    private final long start = position(json.offset());
    private DType dtype;
    private long[] extents;
    private long[] offsets;

    EntryParser(String name) {
      this.name = name;
    }

    Entry parse() {
      json.readObject(this::member);
      require("dtype", dtype);
      require("shape", extents);
      require("data_offsets", offsets);
      Shape shape = Payload.shape(source, start, field("shape"), extents);
      long bytes = Payload.bytes(dtype, shape);
      if (offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes) {
        throw source.fault(
            start,
            field("data_offsets"),
            "%s of shape %s needs [begin, begin + %d] with begin >= 0"
                .formatted(dtype, shape, bytes),
            Arrays.toString(offsets));
      }
      return new Entry(dtype, shape, start, offsets[0], offsets[1]);
    }

    private void member(String key) {
      long offset = position(json.offset());
      switch (key) {
        case "dtype" -> dtype = dtype(offset, json.readString());
        case "shape" -> extents = integers();
        case "data_offsets" -> {
          offsets = integers();
          if (offsets.length != 2) {
            throw source.fault(
                offset, field(key), "must be [begin, end]", Arrays.toString(offsets));
          }
        }
        default ->
            throw source.fault(
                offset, field(key), "keys must be dtype, shape and data_offsets", "'" + key + "'");
      }
    }

    private DType dtype(long offset, String text) {
      for (DType type : DType.values()) {
        if (SafeTensorsHeader.label(type).equals(text)) {
          return type;
        }
      }
      var known = Arrays.stream(DType.values()).map(SafeTensorsHeader::label).toList();
      throw source.fault(offset, field("dtype"), "must be one of " + known, "'" + text + "'");
    }

    private long[] integers() {
      var values = new ArrayList<Long>();
      json.readArray(() -> values.add(json.readLong()));
      return values.stream().mapToLong(Long::longValue).toArray();
    }

    private void require(String key, Object value) {
      if (value == null) {
        throw source.fault(start, field(key), "every tensor must have this key", "none");
      }
    }

    private String field(String key) {
      return "tensor '%s' %s".formatted(name, key);
    }
  }

  /** The tensors must tile the rest of the file: no gap, no overlap, nothing after the last. */
  private static void checkLayout(Source source, SafeTensorsHeader header) {
    long available = source.length() - header.dataOffset();
    long expected = 0;
    for (String name : header.namesByPosition()) {
      Entry entry = header.entries().get(name);
      String broken = null;
      if (entry.end() > available) {
        broken = "must end within the %d bytes after the header".formatted(available);
      } else if (entry.begin() > expected) {
        broken = "must begin at %d, as no hole is allowed before it".formatted(expected);
      } else if (entry.begin() < expected) {
        broken = "must not overlap the tensor before it, which ends at %d".formatted(expected);
      }
      if (broken != null) {
        throw source.fault(
            entry.describedAt(),
            "tensor '%s' data_offsets".formatted(name),
            broken,
            "[%d, %d]".formatted(entry.begin(), entry.end()));
      }
      expected = entry.end();
    }
    if (expected != available) {
      throw source.fault(
          header.dataOffset() + expected,
          "end of file",
          "the last tensor ends here",
          available - expected + " more bytes");
    }
  }
}
