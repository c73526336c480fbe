package dev.espalier.nn.zoo;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.GlobalAvgPool2d;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import java.util.ArrayList;
import java.util.List;

/** Chains of 3×3 convolutions for 32×32 colour images. */
final class Plain {
  private static final int[] CONV_WIDTHS = {64, 128, 256};
  private static final int[] TINY_WIDTHS = {16, 32, 64};

  private Plain() {}

  /**
   * Conv-2, Conv-4, Conv-6: stages of two 3×3 convolutions (64, 128, 256) and a max-pool, then
   * 256-256-classes.
   *
   * <p>Source: J. Frankle, M. Carbin, The Lottery Ticket Hypothesis (2019).
   */
  static Module conv(int stages, int classes, Generator generator) {
    List<Module> layers = new ArrayList<>();
    int channels = 3;
    for (int stage = 0; stage < stages; stage++) {
      int width = CONV_WIDTHS[stage];
      for (int in : new int[] {channels, width}) {
        layers.add(new Conv2d(in, width, 3, ConvSpec.of(1, 1), generator));
        layers.add(new ReLU());
      }
      layers.add(new MaxPool2d(2));
      channels = width;
    }
    int side = 32 >> stages;
    layers.add(new Flatten());
    layers.add(new Linear(channels * side * side, 256, generator));
    layers.add(new ReLU());
    layers.add(new Linear(256, 256, generator));
    layers.add(new ReLU());
    layers.add(new Linear(256, classes, generator));
    return Init.heNormal(generator, new Sequential(layers.toArray(Module[]::new)));
  }

  /**
   * Three stages of two 3×3 convolutions with batch-norm and ReLU (16, 32, 64), max-pool after
   * each, global average, one linear.
   */
  static Module vggTiny(int classes, Generator generator) {
    List<Module> layers = new ArrayList<>();
    int channels = 3;
    for (int width : TINY_WIDTHS) {
      for (int in : new int[] {channels, width}) {
        layers.add(Blocks.conv(in, width, 3, 1, generator));
        layers.add(new BatchNorm2d(width));
        layers.add(new ReLU());
      }
      layers.add(new MaxPool2d(2));
      channels = width;
    }
    layers.add(new GlobalAvgPool2d());
    layers.add(new Flatten());
    layers.add(new Linear(channels, classes, generator));
    return Init.heNormal(generator, new Sequential(layers.toArray(Module[]::new)));
  }
}
