package dev.espalier.nn.zoo;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.Maxout;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import java.util.LinkedHashMap;

/**
 * The LeNets of the pruning literature, for 28×28 grey images.
 *
 * <p>Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-Based Learning Applied to
 * Document Recognition (1998); the convolutional one in the form of Caffe's example, which Han et
 * al. (2015) and Lee et al. (2019) prune. The hidden layers of the two with maxout units are those
 * of F. Moya Rueda et al., Neuron Pruning for Compressing Deep Networks using Maxout Architectures
 * (2017).
 */
final class LeNet {
  private static final int PIECES = 4;

  private LeNet() {}

  /** 784-300-100-classes with ReLU: 266,610 parameters for 10 classes. */
  static Module mlp(int classes, Generator generator) {
    var layers = new LinkedHashMap<String, Module>();
    layers.put("flatten", new Flatten());
    layers.put("fc1", new Linear(784, 300, generator));
    layers.put("relu1", new ReLU());
    layers.put("fc2", new Linear(300, 100, generator));
    layers.put("relu2", new ReLU());
    layers.put("fc3", new Linear(100, classes, generator));
    return Init.heNormal(generator, new Sequential(layers));
  }

  /** 784-(100 units of 4)-classes: 315,010 parameters for 10 classes. */
  static Module maxout(int classes, Generator generator) {
    var layers = new LinkedHashMap<String, Module>();
    layers.put("flatten", new Flatten());
    layers.put("fc1", new Maxout(784, 100, PIECES, generator));
    layers.put("fc2", new Linear(100, classes, generator));
    return Init.heNormal(generator, new Sequential(layers));
  }

  /** conv 20@5×5, pool, conv 50@5×5, pool, 125 units of 4, classes: 427,330 for 10 classes. */
  static Module caffeMaxout(int classes, Generator generator) {
    var layers = new LinkedHashMap<String, Module>();
    layers.put("conv1", new Conv2d(1, 20, 5, ConvSpec.DEFAULT, generator));
    layers.put("pool1", new MaxPool2d(2));
    layers.put("conv2", new Conv2d(20, 50, 5, ConvSpec.DEFAULT, generator));
    layers.put("pool2", new MaxPool2d(2));
    layers.put("flatten", new Flatten());
    layers.put("fc1", new Maxout(800, 125, PIECES, generator));
    layers.put("fc2", new Linear(125, classes, generator));
    return Init.heNormal(generator, new Sequential(layers));
  }

  /** conv 20@5×5, pool, conv 50@5×5, pool, 500, classes: 431,080 parameters for 10 classes. */
  static Module caffe(int classes, boolean activations, Generator generator) {
    var layers = new LinkedHashMap<String, Module>();
    layers.put("conv1", new Conv2d(1, 20, 5, ConvSpec.DEFAULT, generator));
    if (activations) {
      layers.put("relu1", new ReLU());
    }
    layers.put("pool1", new MaxPool2d(2));
    layers.put("conv2", new Conv2d(20, 50, 5, ConvSpec.DEFAULT, generator));
    if (activations) {
      layers.put("relu2", new ReLU());
    }
    layers.put("pool2", new MaxPool2d(2));
    layers.put("flatten", new Flatten());
    layers.put("fc1", new Linear(800, 500, generator));
    layers.put("relu3", new ReLU());
    layers.put("fc2", new Linear(500, classes, generator));
    return Init.heNormal(generator, new Sequential(layers));
  }
}
