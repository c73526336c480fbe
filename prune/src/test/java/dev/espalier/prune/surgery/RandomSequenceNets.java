package dev.espalier.prune.surgery;

import dev.espalier.autograd.F;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Embedding;
import dev.espalier.nn.layer.GELU;
import dev.espalier.nn.layer.LayerNorm;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MultiHeadAttention;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.surgery.RandomNet.Value;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;

/**
 * Draws small networks over sequences: embeddings of tokens and of positions, attention,
 * feed-forward and gated layers, layer-norms, residual additions, and an output layer that may
 * share the embedding's table.
 */
final class RandomSequenceNets {
  static final int TOKENS = 7;
  static final int LENGTH = 4;
  private static final int BLOCKS = 3;
  private final Generator generator;
  private final RandomNet net = new RandomNet();

  private RandomSequenceNets(Generator generator) {
    this.generator = generator;
  }

  /** A network over int64 tokens [N, T]. */
  static RandomNet draw(Generator generator) {
    var draw = new RandomSequenceNets(generator);
    draw.network();
    return draw.net;
  }

  private void network() {
    int width = 4 + 2 * generator.nextInt(3);
    Shape shape = Shape.of(LENGTH, width);
    var table = new Embedding(TOKENS, width, generator);
    Value at = net.layer(table, net.input(Shape.of(LENGTH)), shape);
    if (generator.nextInt(2) == 0) {
      Value tokens = at;
      Parameter positions = net.own(generator, LENGTH, width);
      at = net.add("positions", shape, v -> v.get(tokens.index()).add(positions.value()));
    }
    for (int block = 0; block < BLOCKS; block++) {
      at = block(at);
    }
    at = net.layer(new LayerNorm(width), at, shape);
    Value last = at;
    switch (generator.nextInt(3)) {
      case 0 ->
          net.add(
              "tied output",
              Shape.of(LENGTH, TOKENS),
              v -> F.linear(v.get(last.index()), table.weight().value(), null));
      case 1 -> net.layer(new Linear(width, 3, generator), last, Shape.of(LENGTH, 3));
      default -> {
        Value mean = net.add("mean", Shape.of(width), v -> v.get(last.index()).mean(false, 1));
        net.layer(new Linear(width, 3, generator), mean, Shape.of(3));
      }
    }
  }

  private Value block(Value at) {
    int width = at.shape().dim(1);
    return switch (generator.nextInt(5)) {
      case 0 -> gatedLayer(at);
      case 1 -> net.layer(new Linear(width, width, generator), at, at.shape());
      case 2, 3 -> net.layer(new Residual(before(width, attention(width)), null), at, at.shape());
      default -> net.layer(new Residual(before(width, feedForward(width)), null), at, at.shape());
    };
  }

  private Module before(int width, Module layer) {
    return generator.nextInt(3) == 0 ? layer : new Sequential(new LayerNorm(width), layer);
  }

  private Module attention(int width) {
    int heads = generator.nextInt(3) == 0 ? width : 2;
    return new MultiHeadAttention(width, heads, generator.nextInt(2) == 0, generator);
  }

  private Module feedForward(int width) {
    int hidden = 3 + generator.nextInt(6);
    Module function = generator.nextInt(2) == 0 ? new GELU() : new ReLU();
    return new Sequential(
        new Linear(width, hidden, generator), function, new Linear(hidden, width, generator));
  }

  /** {@code W2 (W1 x ⊙ sigmoid(V x)) + x}. */
  private Value gatedLayer(Value at) {
    int width = at.shape().dim(1);
    int hidden = 3 + generator.nextInt(6);
    Shape inner = Shape.of(LENGTH, hidden);
    Value up = net.layer(new Linear(width, hidden, generator), at, inner);
    Value gate = net.layer(new Linear(width, hidden, generator), at, inner);
    Value product =
        net.add("gate", inner, v -> v.get(up.index()).mul(v.get(gate.index()).sigmoid()));
    Value down = net.layer(new Linear(hidden, width, generator), product, at.shape());
    return net.add(
        "sum of %d and %d".formatted(at.index(), down.index()),
        at.shape(),
        v -> v.get(at.index()).add(v.get(down.index())));
  }
}
