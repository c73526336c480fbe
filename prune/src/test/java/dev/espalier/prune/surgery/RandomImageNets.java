package dev.espalier.prune.surgery;

import dev.espalier.autograd.F;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.AvgPool2d;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.GELU;
import dev.espalier.nn.layer.GlobalAvgPool2d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.SiLU;
import dev.espalier.nn.layer.Sigmoid;
import dev.espalier.nn.layer.Tanh;
import dev.espalier.prune.surgery.RandomNet.Value;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws small networks over images: convolutions (grouped, depthwise, strided), normalisations,
 * additions, concatenations, gates, pooling, layers that are used twice.
 */
final class RandomImageNets {
  private static final int STEPS = 9;
  private final Generator generator;
  private final RandomNet net = new RandomNet();
  private final List<Value> values = new ArrayList<>();
  private final List<Conv2d> square = new ArrayList<>();

  private RandomImageNets(Generator generator) {
    this.generator = generator;
  }

  static RandomNet draw(Generator generator, Shape image) {
    var draw = new RandomImageNets(generator);
    Value at = draw.convolution(draw.net.input(image), 4 + 2 * generator.nextInt(3), 1, 1);
    for (int step = 0; step < STEPS; step++) {
      draw.values.add(at);
      at = draw.step(at);
    }
    draw.head(at);
    return draw.net;
  }

  private Value step(Value at) {
    return switch (generator.nextInt(15)) {
      case 0, 1 -> convolution(at, 2 + generator.nextInt(7), 1, 1 + generator.nextInt(2));
      case 2 -> grouped(at);
      case 3 -> depthwise(at);
      case 4, 5 -> net.layer(new BatchNorm2d(at.channels()), at, at.shape());
      case 6, 7 -> net.layer(activation(), at, at.shape());
      case 8 -> pooled(at);
      case 9, 10 -> sum(at);
      case 11 -> joined(at);
      case 13 -> residual(at);
      case 12 -> generator.nextInt(2) == 0 ? gated(at) : squeezed(at);
      default -> again(at);
    };
  }

  private Value convolution(Value from, int out, int groups, int stride) {
    int kernel = from.size() >= 3 && generator.nextInt(2) == 0 ? 3 : 1;
    boolean bias = generator.nextInt(2) == 0;
    var spec = ConvSpec.of(stride, kernel / 2).withGroups(groups);
    var conv = new Conv2d(from.channels(), out, kernel, kernel, spec, bias, generator);
    if (from.channels() == out && stride == 1 && groups == 1 && from.index() > 0) {
      square.add(conv);
    }
    return net.layer(conv, from, image(out, (from.size() + stride - 1) / stride));
  }

  private static Shape image(int channels, int size) {
    return Shape.of(channels, size, size);
  }

  private Value grouped(Value at) {
    int groups = divisor(at.channels());
    return convolution(at, groups * (1 + generator.nextInt(3)), groups, 1);
  }

  private int divisor(int n) {
    int drawn = 2 + generator.nextInt(n - 1);
    return n % drawn == 0 ? drawn : n % 2 == 0 ? 2 : n;
  }

  private Value depthwise(Value at) {
    return convolution(at, at.channels() * (1 + generator.nextInt(2)), at.channels(), 1);
  }

  private Module activation() {
    return switch (generator.nextInt(5)) {
      case 0 -> new GELU();
      case 1 -> new SiLU();
      case 2 -> new Tanh();
      case 3 -> new Sigmoid();
      default -> new ReLU();
    };
  }

  private Value pooled(Value at) {
    if (at.size() < 4) {
      return net.layer(activation(), at, at.shape());
    }
    Module pool =
        generator.nextInt(2) == 0
            ? new MaxPool2d(PoolSpec.of(2, 2))
            : new AvgPool2d(PoolSpec.of(2, 2));
    return net.layer(pool, at, image(at.channels(), at.size() / 2));
  }

  /** Adds an earlier value of this shape, or one that a convolution gives this shape. */
  private Value sum(Value at) {
    Value other = earlier(at);
    Value fitting =
        other.shape().equals(at.shape())
            ? other
            : net.layer(
                new Conv2d(other.channels(), at.channels(), 1, ConvSpec.of(1, 0), generator),
                other,
                at.shape());
    return net.add(
        "sum of %d and %d".formatted(at.index(), fitting.index()),
        at.shape(),
        v -> v.get(at.index()).add(v.get(fitting.index())));
  }

  /** A value with images of the same size. */
  private Value earlier(Value at) {
    List<Value> fitting = values.stream().filter(v -> v.size() == at.size()).toList();
    return fitting.isEmpty() ? at : fitting.get(generator.nextInt(fitting.size()));
  }

  private Value joined(Value at) {
    Value other = earlier(at);
    return net.add(
        "join of %d and %d".formatted(at.index(), other.index()),
        image(at.channels() + other.channels(), at.size()),
        v -> F.concat(1, v.get(at.index()), v.get(other.index())));
  }

  private Value residual(Value at) {
    int channels = at.channels();
    var spec = ConvSpec.of(1, 0);
    var body =
        new Sequential(
            new Conv2d(channels, 4, 1, 1, spec, generator.nextInt(2) == 0, generator),
            new BatchNorm2d(4),
            new ReLU(),
            new Conv2d(4, channels, 1, 1, spec, false, generator),
            new BatchNorm2d(channels));
    Module shortcut =
        generator.nextInt(2) == 0 ? null : new Conv2d(channels, channels, 1, spec, generator);
    return net.layer(new Residual(body, shortcut), at, at.shape());
  }

  private Value gated(Value at) {
    Parameter gate = net.own(generator, at.channels(), 1, 1);
    return net.add("gate on " + at.index(), at.shape(), v -> v.get(at.index()).mul(gate.value()));
  }

  /** Squeeze and excitation: the channels are scaled by a function of their means. */
  private Value squeezed(Value at) {
    Value mean = net.layer(new GlobalAvgPool2d(), at, image(at.channels(), 1));
    Value few =
        net.layer(new Conv2d(at.channels(), 3, 1, ConvSpec.of(1, 0), generator), mean, image(3, 1));
    Value relu = net.layer(new ReLU(), few, few.shape());
    Value scale =
        net.layer(
            new Conv2d(3, at.channels(), 1, ConvSpec.of(1, 0), generator), relu, mean.shape());
    Value gate = net.layer(new Sigmoid(), scale, scale.shape());
    return net.add(
        "squeeze of " + at.index(), at.shape(), v -> v.get(at.index()).mul(v.get(gate.index())));
  }

  /** A layer of before once more, where one fits. */
  private Value again(Value at) {
    return square.stream()
        .filter(conv -> conv.weight().dim(1) == at.channels())
        .findFirst()
        .map(conv -> net.layer(conv, at, at.shape()))
        .orElseGet(() -> convolution(at, at.channels(), 1, 1));
  }

  private void head(Value from) {
    Value at = from;
    if (generator.nextInt(2) == 0) {
      at = net.layer(new GlobalAvgPool2d(), at, image(at.channels(), 1));
    }
    int features = at.channels() * at.size() * at.size();
    Value flat = net.layer(new Flatten(), at, Shape.of(features));
    Value hidden = net.layer(new Linear(features, 5, generator), flat, Shape.of(5));
    if (generator.nextInt(2) == 0) {
      hidden = net.layer(new BatchNorm1d(5), hidden, hidden.shape());
    }
    Value active = net.layer(activation(), hidden, hidden.shape());
    net.layer(new Linear(5, 3, generator), active, Shape.of(3));
  }
}
