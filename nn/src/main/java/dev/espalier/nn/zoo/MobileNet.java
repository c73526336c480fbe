package dev.espalier.nn.zoo;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.GlobalAvgPool2d;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import java.util.ArrayList;
import java.util.List;

/**
 * MobileNetV1: a 3×3 stem and thirteen pairs of a 3×3 depthwise and a 1×1 convolution, each with
 * batch-norm and ReLU, global average, one linear layer. Made for 224×224; any image of at least
 * one pixel runs, since every convolution pads and the head averages.
 *
 * <p>Source: A. Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile
 * Vision Applications (2017), table 1.
 */
final class MobileNet {
  private static final int[] WIDTHS = {
    64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024
  };
  private static final int[] STRIDES = {1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1};

  private MobileNet() {}

  /**
   * @param width factor on every number of channels (their α), in (0, 1]
   */
  static Module create(double width, int classes, Generator generator) {
    List<Module> layers = new ArrayList<>();
    int channels = scaled(32, width);
    add(layers, Blocks.conv(3, channels, 3, 2, generator), channels);
    for (int i = 0; i < WIDTHS.length; i++) {
      add(layers, depthwise(channels, STRIDES[i], generator), channels);
      int out = scaled(WIDTHS[i], width);
      add(layers, Blocks.conv(channels, out, 1, 1, generator), out);
      channels = out;
    }
    layers.add(new GlobalAvgPool2d());
    layers.add(new Flatten());
    layers.add(new Linear(channels, classes, generator));
    return Init.heNormal(generator, new Sequential(layers.toArray(Module[]::new)));
  }

  private static int scaled(int channels, double width) {
    return Math.max(1, (int) (channels * width));
  }

  private static Conv2d depthwise(int channels, int stride, Generator generator) {
    ConvSpec spec = ConvSpec.of(stride, 1).withGroups(channels);
    return new Conv2d(channels, channels, 3, 3, spec, false, generator);
  }

  private static void add(List<Module> layers, Conv2d conv, int channels) {
    layers.add(conv);
    layers.add(new BatchNorm2d(channels));
    layers.add(new ReLU());
  }
}
