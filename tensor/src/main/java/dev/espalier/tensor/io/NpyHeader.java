package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What stands before the elements of an NPY file.
 *
 * @param order byte order of the elements
 * @param fortranOrder whether the first axis is the one whose neighbours are adjacent
 * @param dataOffset where the elements begin
 */
record NpyHeader(DType dtype, ByteOrder order, boolean fortranOrder, Shape shape, long dataOffset) {
  static final String SUPPORTED =
      "dtype must be one of f2 f4 f8 u1 i1 i4 i8 b1 with '<' or '>' before it";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** A dictionary of three entries with 64 extents is far shorter. */
  private static final long LONGEST = 1 << 16;

  /** NumPy aligns the elements to this, for memory mapping. */
  private static final int ALIGNMENT = 64;

  /** Reads and checks everything but the number of bytes after the header. */
  static NpyHeader read(Source source) {
    byte[] magic = source.read(0, MAGIC.length, "magic");
    if (!Arrays.equals(magic, MAGIC)) {
      throw source.fault(0, "magic", "an NPY file begins with 93 'NUMPY'", hex(magic));
    }
    byte[] version = source.read(6, 2, "version");
    if (version[0] < 1 || version[0] > 3 || version[1] != 0) {
      throw source.fault(
          6,
          "version",
          "versions are 1.0, 2.0 and 3.0",
          (version[0] & 0xff) + "." + (version[1] & 0xff));
    }
    int lengthBytes = version[0] == 1 ? 2 : 4;
    var lengthField =
        ByteBuffer.wrap(source.read(8, lengthBytes, "header length"))
            .order(ByteOrder.LITTLE_ENDIAN);
    long length =
        lengthBytes == 2
            ? Short.toUnsignedLong(lengthField.getShort())
            : Integer.toUnsignedLong(lengthField.getInt());
    if (length > LONGEST) {
      throw source.fault(8, "header length", "at most " + LONGEST + " bytes", length);
    }
    int start = 8 + lengthBytes;
    NpyDict dict = NpyDict.parse(source, start, source.read(start, (int) length, "header"));
    DType dtype = dtype(source, start, dict.descr());
    return new NpyHeader(
        dtype,
        dict.descr().charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        dict.fortranOrder(),
        Payload.shape(source, start, "shape", dict.shape()),
        start + length);
  }

  private static DType dtype(Source source, long offset, String descr) {
    String type = descr.isEmpty() ? "" : descr.substring(1);
    DType dtype =
        switch (type) {
          case "f2" -> DType.FLOAT16;
          case "f4" -> DType.FLOAT32;
          case "f8" -> DType.FLOAT64;
          case "u1" -> DType.UINT8;
          case "i1" -> DType.INT8;
          case "i4" -> DType.INT32;
          case "i8" -> DType.INT64;
          case "b1" -> DType.BOOL;
          default -> null;
        };
    if (dtype == null) {
      throw source.fault(offset, "descr", SUPPORTED, "'%s' (%s)".formatted(descr, kind(type)));
    }
    boolean orderKnown = "<>".indexOf(descr.charAt(0)) >= 0;
    if (!orderKnown && (dtype.bytes() > 1 || descr.charAt(0) != '|')) {
      throw source.fault(offset, "descr", SUPPORTED, "'" + descr + "'");
    }
    return dtype;
  }

  private static String kind(String type) {
    return switch (type.isEmpty() ? ' ' : type.charAt(0)) {
      case 'O' -> "Python objects, which only running their code could read";
      case 'c' -> "complex numbers";
      case 'U' -> "text";
      case 'S', 'a' -> "byte strings";
      case 'V' -> "raw bytes";
      case 'M' -> "dates";
      case 'm' -> "time spans";
      case 'u', 'i', 'f' -> "a number of another width";
      default -> "unknown";
    };
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> "<f2";
      case FLOAT32 -> "<f4";
      case FLOAT64 -> "<f8";
      case UINT8 -> "|u1";
      case INT8 -> "|i1";
      case INT32 -> "<i4";
      case INT64 -> "<i8";
      case BOOL -> "|b1";
      case BFLOAT16 ->
          throw new IllegalArgumentException(
              "npy: the format has no bfloat16; convert with to(FLOAT32) or write safetensors");
    };
  }

  /** The header of a row-major, little-endian file of version 1.0, padded as NumPy does. */
  static byte[] bytes(DType dtype, Shape shape) {
    String extents =
        IntStream.of(shape.toArray()).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    String dict =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(descr(dtype), shape.rank() == 1 ? extents + "," : extents);
    int start = MAGIC.length + 4;
    int total = Math.ceilDiv(start + dict.length() + 1, ALIGNMENT) * ALIGNMENT;
    String padding = " ".repeat(total - start - dict.length() - 1);
    return ByteBuffer.allocate(total)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put(new byte[] {1, 0})
        .putShort((short) (total - start))
        .put((dict + padding + "\n").getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  private static String hex(byte[] bytes) {
    return IntStream.range(0, bytes.length)
        .mapToObj(i -> "%02x".formatted(bytes[i]))
        .collect(Collectors.joining(" "));
  }
}
