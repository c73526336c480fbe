package dev.espalier.bench.kernel;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a weight is pruned and stored.
 *
 * @param granularity of the random masks
 * @param storage from compressed rows to the format
 */
record SparseFormat(Granularity granularity, Function<SparseTensor, SparseTensor> storage) {
  private static final Pattern SQUARE = Pattern.compile("bsr-(\\d{1,4})");
  private static final String NM = "nm-";
  private static final Pattern TILE = Pattern.compile("(?:bsr|vector)-(\\d{1,4})x(\\d{1,4})");

  /** By its name in results. */
  static SparseFormat of(String name) {
    if (name.equals("csr")) {
      return new SparseFormat(new Granularity.Element(), SparseTensor::toCsr);
    }
    Matcher square = SQUARE.matcher(name);
    if (square.matches()) {
      return blocks(Integer.parseInt(square.group(1)), Integer.parseInt(square.group(1)));
    }
    Matcher tile = TILE.matcher(name);
    if (tile.matches()) {
      return blocks(Integer.parseInt(tile.group(1)), Integer.parseInt(tile.group(2)));
    }
    if (name.startsWith(NM)
        && Granularity.parse(name.substring(NM.length())) instanceof Granularity.NOfM structure) {
      return new SparseFormat(structure, sparse -> sparse.toNm(structure));
    }
    throw new IllegalArgumentException(
        "a format is csr, bsr-B, bsr-HxW, vector-HxW, nm-N:M or nm-N:MxROWS but this is '%s'"
            .formatted(name));
  }

  private static SparseFormat blocks(int height, int width) {
    return new SparseFormat(
        new Granularity.Block(height, width), sparse -> sparse.toBsr(height, width));
  }

  /** A random mask that keeps whole groups, as many as come nearest to the sparsity. */
  Mask randomMask(Shape shape, double sparsity, Generator generator) {
    if (granularity instanceof Granularity.NOfM structure) {
      return randomMask(shape, structure, sparsity, generator);
    }
    int groups = Math.toIntExact(granularity.groupCount(shape));
    boolean[] kept = new boolean[groups];
    try (Tensor scores = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(groups), 0, 1)) {
      for (int group : Mask.keepLargest(scores, Math.round((1 - sparsity) * groups)).positions()) {
        kept[group] = true;
      }
    }
    return Mask.fromGroups(shape, granularity, kept);
  }

  private static Mask randomMask(
      Shape shape, Granularity.NOfM structure, double sparsity, Generator generator) {
    double only = 1 - (double) structure.n() / structure.m();
    if (Math.abs(sparsity - only) > 1e-3) {
      throw new IllegalArgumentException(
          "nm-%s has sparsity %s but the case says %s".formatted(structure.name(), only, sparsity));
    }
    try (Tensor scores = RandomFill.uniform(generator, DType.FLOAT32, shape, 0, 1)) {
      return Mask.keepLargestPerGroup(scores, structure);
    }
  }

  /** The kept weights in this format. */
  SparseTensor store(Tensor dense, Mask mask) {
    try (SparseTensor csr = SparseTensor.fromDense(dense, mask)) {
      return storage.apply(csr);
    }
  }
}
