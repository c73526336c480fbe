package dev.espalier.bench.kernel;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.List;

/**
 * The networks that are measured whole, with random weights: speed does not depend on training.
 *
 * <p>Pruned ones keep the same share of every weight that the literature prunes. The first
 * convolution stays dense, since it has few weights and all the pixels (T. Gale et al., The State
 * of Sparsity in Deep Neural Networks, 2019; U. Evci et al., Rigging the Lottery, 2020). Of a
 * network with depthwise convolutions only the 1×1 convolutions are pruned: they have nearly all
 * the operations (M. Zhu, S. Gupta, To Prune, or Not to Prune, 2017; E. Elsen et al., Fast Sparse
 * ConvNets, 2020).
 */
public final class Networks {
  public static final int CLASSES = 10;

  /** Those whose training steps are measured. */
  public static final List<String> TRAINED = List.of("lenet-300-100", "lenet-5", "resnet-20");

  /**
   * Those that are measured compiled, each on one image and on a batch: of 32, but where that takes
   * ten seconds a call.
   */
  public static final List<NetworkShape> COMPILED =
      List.of(
          new NetworkShape("lenet-300-100", 1),
          new NetworkShape("lenet-300-100", 32),
          new NetworkShape("lenet-5", 1),
          new NetworkShape("lenet-5", 32),
          new NetworkShape("resnet-20", 1),
          new NetworkShape("resnet-20", 32),
          new NetworkShape("mobilenet-v1", 1),
          new NetworkShape("mobilenet-v1", 32),
          new NetworkShape("vgg-16-bn", 1),
          new NetworkShape("vgg-16-bn", 32),
          new NetworkShape("vgg-16", 1),
          new NetworkShape("vgg-16", 8));

  private Networks() {}

  /** A network whose pruned weights keep their largest elements; always the same one. */
  public static Module create(String name, double sparsity) {
    Module module = Models.create(name, CLASSES, new Generator(1));
    if (sparsity > 0) {
      for (Parameter weight : prunable(module)) {
        prune(weight, sparsity);
      }
    }
    return module;
  }

  private static List<Parameter> prunable(Module module) {
    List<Parameter> weights = new ArrayList<>();
    List<Parameter> pointwise = new ArrayList<>();
    boolean first = true;
    boolean depthwise = false;
    for (Module layer : module.namedModules().values()) {
      if (layer instanceof Linear linear) {
        weights.add(linear.weight());
      } else if (layer instanceof Conv2d conv) {
        Shape shape = conv.weight().shape();
        depthwise |= conv.spec().groups() > 1;
        if (!first) {
          weights.add(conv.weight());
        }
        if (!first && shape.dim(2) == 1 && shape.dim(3) == 1) {
          pointwise.add(conv.weight());
        }
        first = false;
      }
    }
    return depthwise ? pointwise : weights;
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
