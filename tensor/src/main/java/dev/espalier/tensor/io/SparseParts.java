package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Bsr;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Coo;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Nm;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Tiling;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A sparse tensor as plain tensors of a safetensors file, and back. */
final class SparseParts {
  private static final String ROW_OFFSETS = ".row_offsets";
  private static final String ROW_INDICES = ".row_indices";
  private static final String COLUMN_INDICES = ".column_indices";
  private static final String POSITIONS = ".positions";
  private static final String VALUES = ".values";
  private static final String NM = "nm-";

  private final SafeTensorsFile file;
  private final String name;
  private final String format;
  private final Shape shape;

  private SparseParts(SafeTensorsFile file, String name, String format, Shape shape) {
    this.file = file;
    this.name = name;
    this.format = format;
    this.shape = shape;
  }

  // ---- writing

  /** Adds the parts of a sparse tensor; the index tensors made here belong to the open scope. */
  static void add(SafeTensorsWriter out, String name, SparseTensor tensor) {
    String format =
        switch (tensor) {
          case Coo coo -> {
            out.tensor(name + ROW_INDICES, vector(coo.rowIndices()));
            out.tensor(name + COLUMN_INDICES, vector(coo.columnIndices()));
            yield "coo";
          }
          case Csr csr -> addPattern(out, name, "csr", csr.pattern());
          case Bsr bsr -> addPattern(out, name, "bsr", bsr.pattern().blocks());
          case Nm nm -> {
            out.tensor(name + POSITIONS, positions(nm.pattern()));
            yield NM + nm.pattern().structure().name();
          }
        };
    out.tensor(name + VALUES, tensor.values());
    List<Integer> extents = Arrays.stream(tensor.shape().toArray()).boxed().toList();
    var description = new TreeMap<String, Object>();
    description.put("format", format);
    description.put("shape", extents);
    out.metadata(SafeTensorsFile.SPARSE + name, Json.write(description));
  }

  private static String addPattern(
      SafeTensorsWriter out, String name, String format, CsrPattern pattern) {
    out.tensor(name + ROW_OFFSETS, vector(pattern.rowOffsets()));
    out.tensor(name + COLUMN_INDICES, vector(pattern.columnIndices()));
    return format;
  }

  /** [rows / shared rows, groups, n], as the values but for their last axis. */
  private static Tensor positions(NmPattern pattern) {
    Tensor tensor = Tensor.empty(DType.UINT8, pattern.valuesShape().without(-1));
    MemorySegment.copy(
        MemorySegment.ofArray(pattern.positions()), 0, tensor.segment(), 0, tensor.size());
    return tensor;
  }

  private static Tensor vector(int[] values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  // ---- reading

  /** Reads the parts back and checks every index. */
  static SparseTensor read(SafeTensorsFile file, String name, String description) {
    String rule = "its metadata must be like {\"format\":\"csr\",\"shape\":[2,3]}";
    try {
      if (Json.parse(description) instanceof Map<?, ?> map
          && map.size() == 2
          && map.get("format") instanceof String format
          && map.get("shape") instanceof List<?> extents
          && extents.stream().allMatch(Long.class::isInstance)) {
        long[] dims = extents.stream().mapToLong(Long.class::cast).toArray();
        return new SparseParts(file, name, format, file.shape(field(name), dims)).read();
      }
    } catch (JsonException e) {
      throw file.fault(name, field(name), rule, e.getMessage());
    }
    throw file.fault(name, field(name), rule, description);
  }

  private static String field(String name) {
    return "sparse tensor '" + name + "'";
  }

  private SparseTensor read() {
    Tensor values = part(VALUES);
    try {
      return switch (format) {
        case "coo" -> Coo.of(shape, indices(ROW_INDICES), indices(COLUMN_INDICES), values);
        case "csr" -> {
          Tiling matrix = Tiling.elements(shape);
          yield new Csr(shape, pattern(matrix.rows(), matrix.columns()), values);
        }
        case "bsr" -> new Bsr(shape, blocks(values.shape()), values);
        case String nm when nm.startsWith(NM) -> new Nm(shape, nmPattern(), values);
        default ->
            throw file.fault(
                name, field(name), "format must be coo, csr, bsr or nm-N:M[xROWS]", format);
      };
    } catch (IllegalArgumentException e) { // what the format's own checks say of its parts
      values.close();
      throw file.fault(name + VALUES, field(name), "must be a valid " + format, e.getMessage());
    } catch (Throwable t) {
      values.close();
      throw t;
    }
  }

  private BsrPattern blocks(Shape stored) {
    Tiling matrix = Tiling.elements(shape);
    if (stored.rank() != 3
        || stored.dim(1) == 0
        || stored.dim(2) == 0
        || matrix.rows() % stored.dim(1) != 0
        || matrix.columns() % stored.dim(2) != 0) {
      throw file.fault(
          name + VALUES,
          field(name) + " values",
          "must be [blocks, height, width] with blocks that tile %d×%d"
              .formatted(matrix.rows(), matrix.columns()),
          stored);
    }
    int height = stored.dim(1);
    int width = stored.dim(2);
    return new BsrPattern(pattern(matrix.rows() / height, matrix.columns() / width), height, width);
  }

  private NmPattern nmPattern() {
    Tiling matrix = Tiling.elements(shape);
    if (!(Granularity.parse(format.substring(NM.length())) instanceof Granularity.NOfM structure)) {
      throw file.fault(name, field(name), "format must be like nm-2:4 or nm-2:4x4", format);
    }
    try (Tensor tensor = part(POSITIONS)) {
      if (tensor.dtype() != DType.UINT8) {
        throw file.fault(
            name + POSITIONS,
            "tensor '" + name + POSITIONS + "'",
            "must be of type uint8",
            tensor.dtype());
      }
      byte[] positions = tensor.segment().toArray(ValueLayout.JAVA_BYTE);
      NmPattern pattern = NmPattern.of(matrix.rows(), matrix.columns(), structure, positions);
      if (!tensor.shape().equals(pattern.valuesShape().without(-1))) {
        throw file.fault(
            name + POSITIONS,
            field(name),
            "its positions must be " + pattern.valuesShape().without(-1),
            tensor.shape());
      }
      return pattern;
    }
  }

  private CsrPattern pattern(int rows, int columns) {
    return CsrPattern.of(rows, columns, indices(ROW_OFFSETS), indices(COLUMN_INDICES));
  }

  private int[] indices(String part) {
    try (Tensor tensor = part(part)) {
      if (tensor.dtype() != DType.INT32 || tensor.rank() != 1) {
        throw file.fault(
            name + part,
            "tensor '" + name + part + "'",
            "must be an int32 vector",
            tensor.dtype() + " " + tensor.shape());
      }
      return tensor.segment().toArray(Elements.INT);
    }
  }

  private Tensor part(String part) {
    if (!file.names().contains(name + part)) {
      throw file.fault(
          name, field(name), "the file must hold the tensor '" + name + part + "'", "none");
    }
    return file.tensor(name + part);
  }
}
