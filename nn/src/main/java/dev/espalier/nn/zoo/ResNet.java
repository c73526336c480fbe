package dev.espalier.nn.zoo;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.GlobalAvgPool2d;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.tensor.Generator;
import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks for 32×32 colour images: a 3×3 stem of 16, three stages (16, 32, 64) of {@code
 * n} blocks, global average, one linear layer; {@code 6n + 2} weighted layers.
 *
 * <p>Source: K. He, X. Zhang, S. Ren, J. Sun, Deep Residual Learning for Image Recognition (2016),
 * section 4.2. A block that changes the shape has a 1×1 projection with batch-norm as its shortcut
 * (their option B).
 */
final class ResNet {
  private ResNet() {}

  static Module create(int blocksPerStage, int classes, Generator generator) {
    List<Module> layers = new ArrayList<>();
    layers.add(Blocks.conv(3, 16, 3, 1, generator));
    layers.add(new BatchNorm2d(16));
    layers.add(new ReLU());
    int channels = 16;
    for (int width : new int[] {16, 32, 64}) {
      for (int block = 0; block < blocksPerStage; block++) {
        int stride = block == 0 && width > 16 ? 2 : 1;
        layers.add(block(channels, width, stride, generator));
        layers.add(new ReLU());
        channels = width;
      }
    }
    layers.add(new GlobalAvgPool2d());
    layers.add(new Flatten());
    layers.add(new Linear(channels, classes, generator));
    return Init.heNormal(generator, new Sequential(layers.toArray(Module[]::new)));
  }

  private static Module block(int in, int out, int stride, Generator generator) {
    var body =
        new Sequential(
            Blocks.conv(in, out, 3, stride, generator),
            new BatchNorm2d(out),
            new ReLU(),
            Blocks.conv(out, out, 3, 1, generator),
            new BatchNorm2d(out));
    var shortcut =
        in != out
            ? new Sequential(Blocks.conv(in, out, 1, stride, generator), new BatchNorm2d(out))
            : null;
    return new Residual(body, shortcut);
  }
}
