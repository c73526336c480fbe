package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;

/** Scaled dot-product attention without a mask; shape {@code HxTxD}. */
final class AttentionLayer extends LayerWorkload {
  private final int tokens;
  private final int width;
  private final double scale;
  private final Tensor transposedKeys;
  private final Tensor scores;
  private final Tensor weights;

  AttentionLayer(CaseName name) {
    this(numbers(name.shape(), 3));
  }

  private AttentionLayer(int[] n) {
    super(
        new Problem.Attention(n[0], n[1], n[2]),
        Shape.of(n[0], n[1], n[2]),
        Shape.of(n[0], n[1], n[2]),
        Shape.of(n[0], n[1], n[2]),
        Shape.of(n[0], n[1], n[2]));
    tokens = n[1];
    width = n[2];
    scale = 1 / Math.sqrt(width);
    transposedKeys = operand(1).transpose(1, 2);
    scores = Tensor.zeros(DType.FLOAT32, Shape.of(n[0], tokens, tokens));
    weights = Tensor.zeros(DType.FLOAT32, scores.shape());
  }

  @Override
  public void run() {
    backend.gemm(scale, operand(0), transposedKeys, 0, scores, Epilogue.NONE);
    backend.softmax(scores, false, weights);
    backend.gemm(1, weights, operand(2), 0, result(), Epilogue.NONE);
  }

  @Override
  public Expected expected(long element) {
    long query = element / width;
    long head = query / tokens;
    double sum = 0;
    double value = 0;
    double magnitude = 0;
    for (int t = 0; t < tokens; t++) {
      long key = head * tokens + t;
      double score = 0;
      for (int d = 0; d < width; d++) {
        score += at(0, query * width + d) * at(1, key * width + d);
      }
      double weight = Math.exp(score * scale);
      double term = weight * at(2, key * width + element % width);
      sum += weight;
      value += term;
      magnitude += Math.abs(term);
    }
    return new Expected(value / sum, magnitude / sum, (long) tokens + width);
  }
}
