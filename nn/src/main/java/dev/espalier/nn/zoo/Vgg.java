package dev.espalier.nn.zoo;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * VGG-16: stages of 3×3 convolutions, a 2×2 max-pool after each, fully connected layers.
 *
 * <p>Source: K. Simonyan, A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image
 * Recognition (2014), configuration D; for 32×32 images with batch-norm and one hidden layer, as H.
 * Li et al., Pruning Filters for Efficient ConvNets (2016) prune it.
 *
 * @param stages output channels of the convolutions, stage by stage
 * @param side height and width of the input, a multiple of 2 to the number of stages
 * @param hidden widths of the fully connected layers before the classifier
 * @param batchNorm batch-norm instead of biases and dropout, in every layer but the classifier
 */
record Vgg(List<List<Integer>> stages, int side, List<Integer> hidden, boolean batchNorm) {
  private static final List<List<Integer>> SIXTEEN =
      List.of(
          List.of(64, 64),
          List.of(128, 128),
          List.of(256, 256, 256),
          List.of(512, 512, 512),
          List.of(512, 512, 512));

  /** The original, for 224×224 images: 138,357,544 parameters for 1000 classes. */
  static final Vgg IMAGE_NET = new Vgg(SIXTEEN, 224, List.of(4096, 4096), false);

  /** Li et al.'s, for 32×32 images. */
  static final Vgg CIFAR = new Vgg(SIXTEEN, 32, List.of(512), true);

  /** The weights of all layers in order, [out, in, 3, 3] and [out, in]. */
  List<Shape> weights(int classes) {
    List<Shape> shapes = new ArrayList<>();
    int in = 3;
    for (List<Integer> stage : stages) {
      for (int out : stage) {
        shapes.add(Shape.of(out, in, 3, 3));
        in = out;
      }
    }
    int mapSide = side >> stages.size();
    in *= mapSide * mapSide;
    for (int out : hidden) {
      shapes.add(Shape.of(out, in));
      in = out;
    }
    shapes.add(Shape.of(classes, in));
    return shapes;
  }

  Module create(int classes, Generator generator) {
    List<Module> layers = new ArrayList<>();
    var weights = weights(classes).iterator();
    for (List<Integer> stage : stages) {
      for (int i = 0; i < stage.size(); i++) {
        addConvolution(layers, weights.next(), generator);
      }
      layers.add(new MaxPool2d(2));
    }
    layers.add(new Flatten());
    for (int i = 0; i < hidden.size(); i++) {
      addHidden(layers, weights.next(), generator);
    }
    Shape last = weights.next();
    layers.add(new Linear(last.dim(1), last.dim(0), generator));
    return Init.heNormal(generator, new Sequential(layers.toArray(Module[]::new)));
  }

  private void addConvolution(List<Module> layers, Shape weight, Generator generator) {
    int out = weight.dim(0);
    layers.add(new Conv2d(weight.dim(1), out, 3, 3, ConvSpec.of(1, 1), !batchNorm, generator));
    if (batchNorm) {
      layers.add(new BatchNorm2d(out));
    }
    layers.add(new ReLU());
  }

  private void addHidden(List<Module> layers, Shape weight, Generator generator) {
    int out = weight.dim(0);
    layers.add(new Linear(weight.dim(1), out, !batchNorm, generator));
    if (batchNorm) {
      layers.add(new BatchNorm1d(out));
    }
    layers.add(new ReLU());
    if (!batchNorm) {
      layers.add(new Dropout(0.5, generator.split("dropout" + layers.size())));
    }
  }
}
