package dev.espalier.tensor.io;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects tensors, masks and sparse tensors for one safetensors file.
 *
 * <p>A mask becomes a bool tensor of its shape; its granularity stands in the metadata under {@code
 * espalier.mask.NAME}. A sparse tensor becomes its index and value tensors, {@code
 * NAME.row_offsets} (or {@code NAME.row_indices} for {@code Coo}), {@code NAME.column_indices} and
 * {@code NAME.values}; its format and shape stand under {@code espalier.sparse.NAME}. Other
 * programs see plain tensors; {@link SafeTensorsFile#mask} and {@link SafeTensorsFile#sparse} read
 * them back. Nothing is copied before {@link #write}, so what was added must stay open until then.
 */
public final class SafeTensorsWriter {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Mask> masks = new LinkedHashMap<>();
  private final Map<String, SparseTensor> sparse = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** A file with nothing in it yet. */
  public SafeTensorsWriter() {}

  /** Adds a tensor. */
  public SafeTensorsWriter tensor(String name, Tensor tensor) {
    return add(tensors, name, tensor);
  }

  /** Adds a mask. */
  public SafeTensorsWriter mask(String name, Mask mask) {
    return add(masks, name, mask);
  }

  /** Adds a sparse tensor. */
  public SafeTensorsWriter sparse(String name, SparseTensor tensor) {
    return add(sparse, name, tensor);
  }

  /** Adds a key-value pair. */
  public SafeTensorsWriter metadata(String key, String value) {
    return add(metadata, key, value);
  }

  private <V> SafeTensorsWriter add(Map<String, V> target, String name, V value) {
    if (target.putIfAbsent(name, value) != null) {
      throw new IllegalArgumentException("safetensors: '%s' was added already".formatted(name));
    }
    return this;
  }

  /**
   * Writes the file, atomically (see {@link AtomicFile}): tensors first, then masks, then sparse
   * tensors, each in the order added.
   *
   * @throws IllegalArgumentException as {@link SafeTensors#write}, and if two things use one name
   * @throws java.io.UncheckedIOException if writing fails
   */
  public void write(Path file) {
    try (var _ = Scope.open("safetensors")) {
      var all = new SafeTensorsWriter();
      tensors.forEach(all::tensor);
      metadata.forEach(all::metadata);
      masks.forEach(
          (name, mask) -> {
            all.tensor(name, mask.toTensor(DType.BOOL));
            all.metadata(SafeTensorsFile.MASK + name, mask.granularity().name());
          });
      sparse.forEach((name, tensor) -> SparseParts.add(all, name, tensor));
      SafeTensors.write(file, all.tensors, all.metadata);
    }
  }
}
