package dev.espalier.nn.zoo;

import dev.espalier.nn.Module;
import dev.espalier.nn.Names;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The built-in models by name. Weights start He-normal, biases zero, drawn from the given
 * generator.
 */
public final class Models {
  /**
   * One model.
   *
   * @param input shape of one example, without the batch axis
   * @param create builds it for a number of classes
   */
  public record Entry(
      String name,
      String description,
      Shape input,
      BiFunction<Integer, Generator, Module> create) {}

  private static final Map<String, Entry> ALL = new LinkedHashMap<>();

  static {
    Shape grey = Shape.of(1, 28, 28);
    Shape colour = Shape.of(3, 32, 32);
    add("lenet-300-100", "784-300-100-10 perceptron (LeCun et al. 1998)", grey, LeNet::mlp);
    add(
        "lenet-5",
        "20-50-500 convolutional net, no activation after the convolutions",
        grey,
        (c, g) -> LeNet.caffe(c, false, g));
    add(
        "lenet-5-relu",
        "lenet-5 with ReLU after the convolutions",
        grey,
        (c, g) -> LeNet.caffe(c, true, g));
    add(
        "maxout-100",
        "784-(100 maxout units of 4)-10 perceptron (Moya Rueda et al. 2017)",
        grey,
        LeNet::maxout);
    add(
        "lenet-5-maxout",
        "lenet-5 with 125 maxout units of 4 as its hidden layer (Moya Rueda et al. 2017)",
        grey,
        LeNet::caffeMaxout);
    add(
        "conv-2",
        "two 3×3 convolutions, 256-256 head (Frankle and Carbin 2019)",
        colour,
        (c, g) -> Plain.conv(1, c, g));
    add("conv-4", "four 3×3 convolutions, 256-256 head", colour, (c, g) -> Plain.conv(2, c, g));
    add("conv-6", "six 3×3 convolutions, 256-256 head", colour, (c, g) -> Plain.conv(3, c, g));
    add(
        "vgg-tiny",
        "3×3 convolutions 16-16-M-32-32-M-64-64-M with batch-norm",
        colour,
        Plain::vggTiny);
    add(
        "resnet-8",
        "3 residual blocks 16-32-64 with 1×1 projections",
        colour,
        (c, g) -> ResNet.create(1, c, g));
    add(
        "resnet-20",
        "9 residual blocks 16-32-64 (He et al. 2016)",
        colour,
        (c, g) -> ResNet.create(3, c, g));
    Shape photo = Shape.of(3, 224, 224);
    add(
        "mobilenet-v1",
        "13 depthwise and 1×1 convolutions (Howard et al. 2017), any image size",
        photo,
        (c, g) -> MobileNet.create(1, c, g));
    add(
        "mobilenet-v1-0.25",
        "mobilenet-v1 with a quarter of its channels, any image size",
        photo,
        (c, g) -> MobileNet.create(0.25, c, g));
    add(
        "vgg-16",
        "13 3×3 convolutions, 4096-4096 head (Simonyan and Zisserman 2014)",
        photo,
        Vgg.IMAGE_NET::create);
    add(
        "vgg-16-bn",
        "13 3×3 convolutions with batch-norm, 512 head (Li et al. 2016)",
        colour,
        Vgg.CIFAR::create);
  }

  private Models() {}

  private static void add(
      String name, String description, Shape input, BiFunction<Integer, Generator, Module> create) {
    ALL.put(name, new Entry(name, description, input, create));
  }

  /** All models, in order. */
  public static List<Entry> all() {
    return List.copyOf(ALL.values());
  }

  /**
   * A model's entry.
   *
   * @throws IllegalArgumentException naming the nearest of the known names
   */
  public static Entry entry(String name) {
    Entry entry = ALL.get(name);
    if (entry == null) {
      throw Names.unknown("model", name, ALL.keySet());
    }
    return entry;
  }

  /** A new model. */
  public static Module create(String name, int classes, Generator generator) {
    return entry(name).create().apply(classes, generator);
  }
}
