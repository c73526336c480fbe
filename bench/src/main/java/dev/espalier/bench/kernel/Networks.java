package dev.espalier.bench.kernel;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;

/** The networks that are measured whole, with random weights: speed does not depend on training. */
public final class Networks {
  public static final int CLASSES = 10;

  /** Those with a row in the results. */
  public static final List<String> ALL = List.of("lenet-300-100", "lenet-5", "resnet-20");

  private Networks() {}

  /**
   * A network whose weights keep their largest elements, the same share in every layer; always the
   * same one.
   */
  public static Module create(String name, double sparsity) {
    Module module = Models.create(name, CLASSES, new Generator(1));
    if (sparsity > 0) {
      for (Parameter parameter : module.parameters()) {
        if (parameter.shape().rank() >= 2) {
          prune(parameter, sparsity);
        }
      }
    }
    return module;
  }

  private static void prune(Parameter parameter, double sparsity) {
    try (Tensor scores = Elementwise.abs(parameter.tensor())) {
      long kept = Math.max(1, Math.round((1 - sparsity) * scores.size()));
      parameter.setMask(Mask.keepLargest(scores, kept), Parameter.MaskMode.HARD);
    }
  }

  /** Shape of a batch of inputs. */
  public static Shape input(String name, int batch) {
    int[] one = Models.entry(name).input().toArray();
    int[] dims = new int[one.length + 1];
    dims[0] = batch;
    System.arraycopy(one, 0, dims, 1, one.length);
    return Shape.of(dims);
  }
}
